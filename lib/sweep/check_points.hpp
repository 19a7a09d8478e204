#pragma once

#include "sweep/sweep.hpp"

namespace isinglass {

/// Reads the configuration of every point, so that a wrong key or value is known before anything runs. Throws one InputError:
/// of the base configuration if that is bad by itself, else with a line for each key, value or combination that it refuses, at
/// its position in the sweep file.
void check_points(const Sweep& sweep);

}  // namespace isinglass
