using UnrealBuildTool;

/// <summary>The engine-free core. Nothing in it includes an engine header but Unreal/MienCoreModule.cpp.</summary>
public class MienCore : ModuleRules
{
	public MienCore(ReadOnlyTargetRules Target) : base(Target)
	{
		// Files have helpers of equal names, and TcpStream.cpp includes winsock2.h: each compiles on its own.
		bUseUnity = false;
		PCHUsage = PCHUsageMode.NoPCHs;

		PrivateDependencyModuleNames.Add("Core");
		if (Target.Platform == UnrealTargetPlatform.Win64)
		{
			PublicSystemLibraries.Add("ws2_32.lib");
		}
	}
}
