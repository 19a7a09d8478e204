#include "run/checkpoint_sizes.hpp"

#include <cassert>

namespace isinglass {

CheckpointSizes sizes_of(const CheckpointShape& shape) {
  CheckpointSizes sizes{bit_counts(shape.architecture), {}, shape.first, shape.columns, shape.global_columns};
  for (const Layer& layer : shape.architecture.layers) {
    if (!layer.is_output()) sizes.units.push_back(layer.units);
  }
  return sizes;
}

CheckpointSizes sizes_of(const TrainingState& checkpoint) {
  CheckpointSizes sizes;
  sizes.bits = bit_counts(checkpoint.incumbent);
  if (checkpoint.duals.empty()) return sizes;
  const ShardedRows& any = checkpoint.duals.front().image;
  sizes.first = any.first;
  sizes.columns = any.columns;
  sizes.global_columns = any.global_columns;
  for (const DualRecord& record : checkpoint.duals) {
    sizes.units.push_back(record.image.rows);
    for ([[maybe_unused]] const ShardedRows* rows : {&record.image, &record.multiplier}) {
      assert(rows->rows == record.image.rows && rows->first == any.first && rows->columns == any.columns);
      assert(rows->global_columns == any.global_columns && rows->first + rows->columns <= rows->global_columns);
      assert(rows->values.size() == static_cast<std::size_t>(rows->rows) * rows->columns);
    }
  }
  return sizes;
}

}  // namespace isinglass
