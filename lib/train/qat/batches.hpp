#pragma once

#include "data/samples.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace isinglass::train::qat {

/// One epoch's batches as this rank sees them: of each, the samples in its shard. Batches are cut from a
/// seeded permutation of the whole split, which every rank draws alike.
class Batches {
public:
  /// Near-equal batches of about `batch` samples.
  Batches(const data::Samples& samples, std::size_t batch, std::uint64_t seed, std::uint32_t epoch);

  [[nodiscard]] std::size_t count() const { return bounds_.size() - 1; }
  /// Rows of this rank's samples in batch `index`.
  [[nodiscard]] std::span<const std::uint32_t> rows(std::size_t index) const {
    return std::span(rows_).subspan(bounds_[index], bounds_[index + 1] - bounds_[index]);
  }

private:
  std::vector<std::uint32_t> rows_;
  std::vector<std::size_t> bounds_{0};  // [batch + 1], into rows_
};

/// Number of batches that `samples` samples are cut into: at least 1.
[[nodiscard]] std::size_t batch_count(std::size_t samples, std::size_t batch);

}  // namespace isinglass::train::qat
