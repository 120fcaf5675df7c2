using UnrealBuildTool;

/// <summary>What a game uses: Live Link source and factory, subsystem, components, settings.</summary>
public class Mien : ModuleRules
{
	public Mien(ReadOnlyTargetRules Target) : base(Target)
	{
		PCHUsage = PCHUsageMode.UseExplicitOrSharedPCHs;
		// Each file compiles on its own, as the syntax check under tests/ compiles it.
		bUseUnity = false;

		PublicDependencyModuleNames.AddRange(new string[]
		{
			"Core",
			"CoreUObject",
			"DeveloperSettings",
			"Engine",
			"LiveLinkInterface",
		});
		PrivateDependencyModuleNames.Add("MienCore");
	}
}
