#pragma once

// Marks a function whose loops the compiler vectorises twice, for AVX2 and for any machine; the loader picks the
// variant. Sanitizers instrument the resolvers before they are ready, so those builds take the plain variant.
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define ISINGLASS_VECTOR __attribute__((target_clones("avx2", "default")))
#else
#define ISINGLASS_VECTOR
#endif
