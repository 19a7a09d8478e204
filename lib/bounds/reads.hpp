#pragma once

/// Reads of a random oracle, and time to solution. `success` is the probability p that one read is good enough; reads
/// are independent.
namespace isinglass::bounds {

/// Formula (29): reads of each of `calls` oracle calls so that all calls succeed with probability >= 1 - failure. The
/// exact form R = ceil(ln(1 - (1 - failure)^(1/calls)) / ln(1 - p)) is at most the union bound's ceil(ln(failure /
/// calls) / ln(1 - p)), which is what this returns.
[[nodiscard]] double reads_per_call(double success, double calls, double failure);

/// Formula (30): probability that each of `calls` calls has a good one among its `reads` reads.
[[nodiscard]] double run_success(double success, double calls, double reads);

/// Formula (31): how long runs of `run` (seconds, or reads) that succeed with probability P are repeated until one of
/// them has succeeded with probability 0.99: run ln(0.01) / ln(1 - P); one run if P >= 0.99; infinity if P = 0.
[[nodiscard]] double tts99(double run, double success);

}  // namespace isinglass::bounds
