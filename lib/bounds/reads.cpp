#include "bounds/reads.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace isinglass::bounds {

double reads_per_call(double success, double calls, double failure) {
  if (success >= 1) return 1;
  return std::max(1.0, std::ceil(std::log(failure / calls) / std::log1p(-success)));
}

double run_success(double success, double calls, double reads) {
  if (success >= 1) return 1;
  const double all_fail = std::exp(reads * std::log1p(-success));
  return std::exp(calls * std::log1p(-all_fail));
}

double tts99(double run, double success) {
  if (success >= 0.99) return run;
  if (success <= 0) return std::numeric_limits<double>::infinity();
  return run * std::log(0.01) / std::log1p(-success);
}

}  // namespace isinglass::bounds
