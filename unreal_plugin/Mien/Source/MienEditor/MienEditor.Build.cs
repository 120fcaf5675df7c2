using UnrealBuildTool;

/// <summary>Shows the plugin's warnings in the editor. Nothing that a game needs may live here.</summary>
public class MienEditor : ModuleRules
{
	public MienEditor(ReadOnlyTargetRules Target) : base(Target)
	{
		PCHUsage = PCHUsageMode.UseExplicitOrSharedPCHs;

		PrivateDependencyModuleNames.AddRange(new string[]
		{
			"Core",
			"Mien",
			"Slate",
			"SlateCore",
		});
	}
}
