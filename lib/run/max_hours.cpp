#include "run/max_hours.hpp"

#include "base/job_time.hpp"
#include "config/scalars.hpp"
#include "parallel/agreement.hpp"

#include <algorithm>

namespace isinglass::run {

namespace {

/// Time that a job keeps of what it has left, for the last checkpoint and for leaving: two minutes, and a fifth of less
/// than ten.
double reserve_seconds(double left) { return std::min(120.0, left / 5); }

}  // namespace

double parse_max_hours(const std::string& text, const std::function<std::optional<double>()>& seconds_left) {
  if (text.empty()) return 0;
  if (text == "job") {
    const std::optional<double> left = seconds_left();
    if (!left) throw InputError("--max-hours job: this is no Slurm job with a time limit; give a number of hours");
    return std::max((*left - reserve_seconds(*left)) / 3600, 1e-6);
  }
  return config::number_of<double>("--max-hours", text, config::above(0).up_to(longest_hours).or_word("job"));
}

double shared_max_hours(const std::string& text, const parallel::Communicator& world) {
  double hours = 0;
  parallel::together(world, [&] {
    if (world.is_root()) hours = parse_max_hours(text, slurm_seconds_left);
  });
  return world.all_max(hours);
}

}  // namespace isinglass::run
