#include "run/checkpoint_duals.hpp"

#include "base/error.hpp"
#include "files/checksum.hpp"
#include "files/h5_dataset.hpp"
#include "run/checkpoint_groups.hpp"

#include <cassert>
#include <span>
#include <string>

#include <fmt/format.h>

namespace isinglass::run {

namespace {

std::string layer_name(std::size_t index) { return fmt::format("layer_{}", index); }

std::string checksums_name(const std::string& dataset) { return dataset + "_checksums"; }

/// The one list of datasets: calls visit(layer, name, rows) for each.
void for_each_dataset(const std::vector<train::DualRecord>& duals, auto&& visit) {
  for (std::size_t l = 0; l < duals.size(); ++l) {
    visit(l, "image", duals[l].image);
    visit(l, "multiplier", duals[l].multiplier);
  }
}

/// One checksum per column of this rank: the sum over its elements, whose index is that in the whole dataset.
std::vector<std::int64_t> checksums_of(const train::ShardedRows& rows) {
  std::vector<std::uint64_t> sums(rows.columns);
  for (std::size_t i = 0; i < rows.values.size(); ++i) {
    const std::size_t row = i / rows.columns, column = i % rows.columns;
    sums[column] += files::checksum_part(row * rows.global_columns + rows.first + column, rows.values[i]);
  }
  return {sums.begin(), sums.end()};
}

void write_rows(const files::PosixFile& file, std::uint64_t place, const train::ShardedRows& rows) {
  const auto bytes = std::as_bytes(std::span(rows.values));
  const std::size_t row_bytes = rows.columns * sizeof(float);
  if (rows.columns == rows.global_columns) return file.write(place, bytes);
  for (std::size_t row = 0; row < static_cast<std::size_t>(rows.rows); ++row)
    file.write(place + (row * rows.global_columns + rows.first) * sizeof(float),
               bytes.subspan(row * row_bytes, row_bytes));
}

/// Files of format version 1.0 have the data in chunks that HDF5 checks itself.
void expect_checksums(const h5::Group& group, const std::string& name, const train::ShardedRows& rows) {
  if (h5::is_chunked(group, name)) return;
  const auto all = h5::read<std::int64_t>(group, checksums_name(name), {rows.global_columns});
  const std::vector<std::int64_t> sums = checksums_of(rows);
  for (std::size_t i = 0; i < sums.size(); ++i)
    if (sums[i] != all[rows.first + i])
      throw InputError(
          fmt::format("{}: the checksum of column {} is wrong: damaged", group.where(name), rows.first + i));
}

train::ShardedRows read_rows(const h5::Group& group, const char* name, std::int64_t units,
                             const CheckpointSizes& sizes) {
  const h5::Dimensions shape = h5::dimensions_of(group, name);
  if (shape.size() != 2 || shape[0] != static_cast<hsize_t>(units))
    throw InputError(fmt::format("{}: has not one row for each of the layer's {} units: it is of another network",
                                 group.where(name), units));
  if (shape[1] != sizes.global_columns)
    throw InputError(fmt::format("{}: {} training samples instead of {}: it is of other data", group.where(name),
                                 shape[1], sizes.global_columns));
  train::ShardedRows rows{units, sizes.first, sizes.columns, sizes.global_columns, {}};
  rows.values = h5::read_columns(group, name, {rows.first, rows.columns});
  expect_checksums(group, name, rows);
  expect_finite<float>(rows.values, group.where(name));
  return rows;
}

}  // namespace

CheckpointSizes sizes_of(const CheckpointShape& shape) {
  CheckpointSizes sizes{network::bit_counts(shape.architecture), {}, shape.first, shape.columns, shape.global_columns};
  for (const network::Layer& layer : shape.architecture.layers) {
    if (!layer.is_output()) sizes.units.push_back(layer.units);
  }
  return sizes;
}

CheckpointSizes sizes_of(const train::TrainingState& checkpoint) {
  CheckpointSizes sizes;
  sizes.bits = network::bit_counts(checkpoint.incumbent);
  if (checkpoint.duals.empty()) return sizes;
  const train::ShardedRows& any = checkpoint.duals.front().image;
  sizes.first = any.first;
  sizes.columns = any.columns;
  sizes.global_columns = any.global_columns;
  for (const train::DualRecord& record : checkpoint.duals) {
    sizes.units.push_back(record.image.rows);
    for ([[maybe_unused]] const train::ShardedRows* rows : {&record.image, &record.multiplier}) {
      assert(rows->rows == record.image.rows && rows->first == any.first && rows->columns == any.columns);
      assert(rows->global_columns == any.global_columns && rows->first + rows->columns <= rows->global_columns);
      assert(rows->values.size() == static_cast<std::size_t>(rows->rows) * rows->columns);
    }
  }
  return sizes;
}

std::size_t count_places(const std::vector<train::DualRecord>& duals) { return 4 * duals.size(); }

std::size_t space_of_duals(const std::vector<train::DualRecord>& duals) {
  constexpr std::size_t block = 4096,
                        headers = 1024;  // HDF5 allocates in blocks; of two datasets: about twice what they take
  std::size_t bytes = block;
  for_each_dataset(duals, [&](std::size_t, const char*, const train::ShardedRows& rows) {
    bytes +=
        headers + (static_cast<std::size_t>(rows.rows) * sizeof(float) + sizeof(std::int64_t)) * rows.global_columns;
  });
  return bytes;
}

DualPlaces create_duals(const h5::Group& root, const std::vector<train::DualRecord>& duals) {
  const h5::Group group = root.create_group("duals");
  h5::write_attribute(group, "layers", std::ssize(duals));
  for (std::size_t l = 0; l < duals.size(); ++l) static_cast<void>(group.create_group(layer_name(l)));
  DualPlaces places;
  for_each_dataset(duals, [&](std::size_t l, const char* name, const train::ShardedRows& rows) {
    const h5::Group layer = group.open_group(layer_name(l));
    places.push_back(h5::create_contiguous<float>(layer, name, {static_cast<hsize_t>(rows.rows), rows.global_columns}));
    places.push_back(h5::create_contiguous<std::int64_t>(layer, checksums_name(name), {rows.global_columns}));
  });
  return places;
}

void write_duals(const files::PosixFile& file, const DualPlaces& places, const std::vector<train::DualRecord>& duals) {
  assert(places.size() == count_places(duals));
  auto place = places.begin();
  for_each_dataset(duals, [&](std::size_t, const char*, const train::ShardedRows& rows) {
    const std::vector<std::int64_t> sums = checksums_of(rows);
    write_rows(file, static_cast<std::uint64_t>(*place++), rows);
    file.write(static_cast<std::uint64_t>(*place++) + rows.first * sizeof(std::int64_t),
               std::as_bytes(std::span(sums)));
  });
}

std::vector<train::DualRecord> read_duals(const h5::Group& root, const CheckpointSizes& sizes) {
  const h5::Group group = root.open_group("duals");
  const auto layers = h5::read_attribute<std::int64_t>(group, "layers");
  if (layers == 0) return {};
  if (layers != std::ssize(sizes.units))
    throw InputError(fmt::format("{}: {} hidden layers instead of {}: it is of another network", group.where(), layers,
                                 sizes.units.size()));
  std::vector<train::DualRecord> duals;
  for (std::size_t l = 0; l < sizes.units.size(); ++l) {
    const h5::Group layer = group.open_group(layer_name(l));
    duals.push_back(
        {read_rows(layer, "image", sizes.units[l], sizes), read_rows(layer, "multiplier", sizes.units[l], sizes)});
  }
  return duals;
}

}  // namespace isinglass::run
