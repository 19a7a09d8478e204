#include "sweep/point_state.hpp"

#include "base/error.hpp"

namespace isinglass {

PointState state_of(const Sweep& sweep, const SweepPoint& point) {
  try {
    return {inspect(RunFolder{point.folder}, config_of(sweep, point)), ""};
  } catch (const InputError& error) {
    return {RunState::absent, error.what()};
  }
}

std::string to_text(const PointState& state) {
  if (!state.error.empty()) return "unusable";
  switch (state.state) {
    case RunState::absent:
      return "absent";
    case RunState::unfinished:
      return "unfinished";
    case RunState::finished:
      return "finished";
  }
  return "";
}

}  // namespace isinglass
