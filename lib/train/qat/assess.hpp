#pragma once

#include "data/samples.hpp"
#include "parallel/communicator.hpp"
#include "train/qat/batch_pass.hpp"
#include "train/qat/loss.hpp"

#include <cstdint>
#include <span>

namespace isinglass::qat {

/// The exact loss and accuracy of the quantized network on a split.
struct Assessment {
  std::int64_t loss = 0;     ///< sum over the samples, as sample_loss
  std::int64_t correct = 0;  ///< samples whose predicted class is their label
  std::int64_t total = 0;
  [[nodiscard]] double accuracy() const;  ///< fraction; NaN for an empty split
};

/// Runs all samples of a split through the network. Collective over `comm`.
[[nodiscard]] Assessment assess(BatchPass& pass, std::span<const double> values, const LossScale& loss, const Samples& samples,
                                const Communicator& comm);

}  // namespace isinglass::qat
