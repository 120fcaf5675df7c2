#pragma once

// Unreal defines MIENCORE_API for each module (export here, import elsewhere); everybody else links statically
// or uses the C interface in `mien_core.h`.
#ifndef MIENCORE_API
#define MIENCORE_API
#endif
