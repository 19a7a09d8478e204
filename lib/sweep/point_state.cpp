#include "sweep/point_state.hpp"

#include "base/error.hpp"

namespace isinglass::sweep {

PointState state_of(const Sweep& sweep, const SweepPoint& point) {
  try {
    return {run::inspect(run::RunFolder{point.folder}, config_of(sweep, point)), ""};
  } catch (const InputError& error) {
    return {run::RunState::absent, error.what()};
  }
}

std::string to_text(const PointState& state) {
  if (!state.error.empty()) return "unusable";
  switch (state.state) {
    case run::RunState::absent:
      return "absent";
    case run::RunState::unfinished:
      return "unfinished";
    case run::RunState::finished:
      return "finished";
  }
  return "";
}

}  // namespace isinglass::sweep
