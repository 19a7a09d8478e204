#pragma once

#include "files/h5_columns.hpp"
#include "run/checkpoint_sizes.hpp"

#include <functional>
#include <vector>

namespace isinglass {

/// Runs one part of the writing: calls it, and may make sure that it went well on all ranks.
using DualsStep = std::function<void(const std::function<void()>& part)>;

/// The empty group /duals with a group a hidden layer.
void create_dual_groups(const h5::Group& root, const std::vector<DualRecord>& duals);

/// Creates the datasets in it and writes this rank's columns, each of both a step. Collective if `transfer` is.
void write_duals(const h5::Group& root, const std::vector<DualRecord>& duals, h5::Transfer transfer, const DualsStep& step);

/// Upper bound of what write_duals adds to a file, bytes.
[[nodiscard]] std::size_t space_of_duals(const std::vector<DualRecord>& duals);

/// The columns of `sizes`; empty if the file has no duals. Throws InputError or SystemError where anything is missing, is not
/// finite, or does not fit. Local.
[[nodiscard]] std::vector<DualRecord> read_duals(const h5::Group& root, const CheckpointSizes& sizes);

}  // namespace isinglass
