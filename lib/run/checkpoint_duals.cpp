#include "run/checkpoint_duals.hpp"

#include "base/error.hpp"
#include "run/checkpoint_groups.hpp"

#include <fmt/format.h>

namespace isinglass {

namespace {

std::string layer_name(std::size_t index) { return fmt::format("layer_{}", index); }

h5::Group open_layer(const h5::Group& root, std::size_t index) {
  return root.open_group("duals").open_group(layer_name(index));
}

/// The one list of datasets: calls visit(layer, name, rows) for each.
void for_each_dataset(const std::vector<DualRecord>& duals, auto&& visit) {
  for (std::size_t l = 0; l < duals.size(); ++l) {
    visit(l, "image", duals[l].image);
    visit(l, "multiplier", duals[l].multiplier);
  }
}

ShardedRows read_rows(const h5::Group& group, const char* name, std::int64_t units, const CheckpointSizes& sizes) {
  const h5::Dimensions shape = h5::dimensions_of(group, name);
  if (shape.size() != 2 || shape[0] != static_cast<hsize_t>(units))
    throw InputError(fmt::format("{}: has not one row for each of the layer's {} units: it is of another network",
                                 group.where(name), units));
  if (shape[1] != sizes.global_columns)
    throw InputError(fmt::format("{}: {} training samples instead of {}: it is of other data", group.where(name), shape[1],
                                 sizes.global_columns));
  ShardedRows rows{units, sizes.first, sizes.columns, sizes.global_columns, {}};
  rows.values = h5::read_columns(group, name, {rows.first, rows.columns});
  expect_finite<float>(rows.values, group.where(name));
  return rows;
}

}  // namespace

void create_dual_groups(const h5::Group& root, const std::vector<DualRecord>& duals) {
  const h5::Group group = root.create_group("duals");
  h5::write_attribute(group, "layers", std::ssize(duals));
  for (std::size_t l = 0; l < duals.size(); ++l) static_cast<void>(group.create_group(layer_name(l)));
}

void write_duals(const h5::Group& root, const std::vector<DualRecord>& duals, h5::Transfer transfer, const DualsStep& step) {
  for_each_dataset(duals, [&](std::size_t l, const char* name, const ShardedRows& rows) {
    step([&] { h5::create_columns(open_layer(root, l), name, static_cast<hsize_t>(rows.rows), rows.global_columns); });
    step([&] { h5::write_columns(open_layer(root, l), name, {rows.first, rows.columns}, rows.values, transfer); });
  });
}

std::size_t space_of_duals(const std::vector<DualRecord>& duals) {
  std::size_t bytes = 0;
  for_each_dataset(duals, [&](std::size_t, const char*, const ShardedRows& rows) {
    bytes += h5::space_of_columns(static_cast<hsize_t>(rows.rows), rows.global_columns);
  });
  return bytes;
}

std::vector<DualRecord> read_duals(const h5::Group& root, const CheckpointSizes& sizes) {
  const h5::Group group = root.open_group("duals");
  const auto layers = h5::read_attribute<std::int64_t>(group, "layers");
  if (layers == 0) return {};
  if (layers != std::ssize(sizes.units))
    throw InputError(
        fmt::format("{}: {} hidden layers instead of {}: it is of another network", group.where(), layers, sizes.units.size()));
  std::vector<DualRecord> duals;
  for (std::size_t l = 0; l < sizes.units.size(); ++l) {
    const h5::Group layer = open_layer(root, l);
    duals.push_back({read_rows(layer, "image", sizes.units[l], sizes), read_rows(layer, "multiplier", sizes.units[l], sizes)});
  }
  return duals;
}

}  // namespace isinglass
