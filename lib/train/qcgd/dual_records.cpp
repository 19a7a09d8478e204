#include "base/error.hpp"
#include "train/qcgd/multipliers.hpp"

#include <algorithm>

namespace isinglass {

namespace {

ShardedRows unpadded(const std::vector<float>& values, const LayerState& layer, const Samples& samples) {
  ShardedRows rows{layer.layer->units, samples.first, layer.samples, samples.global_size, {}};
  for (int j = 0; j < layer.layer->units; ++j) {
    const auto begin = values.begin() + static_cast<std::ptrdiff_t>(layer.at(j));
    rows.values.insert(rows.values.end(), begin, begin + static_cast<std::ptrdiff_t>(layer.samples));
  }
  return rows;
}

std::vector<float> padded(const ShardedRows& rows, const LayerState& layer) {
  if (rows.rows != layer.layer->units || rows.columns != layer.samples)
    throw InputError("the checkpoint's multipliers do not fit this network and its training samples");
  std::vector<float> values(layer.above.size());
  for (int j = 0; j < layer.layer->units; ++j)
    std::copy_n(rows.values.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(j) * rows.columns), rows.columns,
                values.begin() + static_cast<std::ptrdiff_t>(layer.at(j)));
  return values;
}

}  // namespace

std::vector<DualRecord> to_records(const std::vector<LayerDuals>& duals, const StructuredState& state, const Samples& samples) {
  std::vector<DualRecord> records;
  for (std::size_t l = 0; l < duals.size(); ++l)
    records.push_back(
        {unpadded(duals[l].image, state.layers[l], samples), unpadded(duals[l].multiplier, state.layers[l], samples)});
  return records;
}

std::vector<LayerDuals> from_records(const std::vector<DualRecord>& records, const StructuredState& state) {
  if (records.size() + 1 != state.layers.size())
    throw InputError("the checkpoint holds multipliers of another number of layers");
  std::vector<LayerDuals> duals;
  for (std::size_t l = 0; l < records.size(); ++l)
    duals.push_back({padded(records[l].image, state.layers[l]), padded(records[l].multiplier, state.layers[l])});
  return duals;
}

}  // namespace isinglass
