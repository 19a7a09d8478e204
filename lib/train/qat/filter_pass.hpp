#pragma once

#include "base/matrix.hpp"
#include "data/samples.hpp"
#include "filters/channels.hpp"
#include "filters/features.hpp"
#include "network/architecture.hpp"
#include "train/qat/latents.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace isinglass::train::qat {

/// Forward and backward pass of a batch through trained filters, whose features are the inputs of the first layer. All
/// integers, as in BatchPass.
class FilterPass {
public:
  /// `window`: half-width of the surrogate slope of a filter's step, in units of the deviation of the drawn filter's
  /// sums over the first images of the data set.
  FilterPass(const network::Architecture& architecture, const Layout& layout, double window,
             const data::DataSplits& data);

  /// Writes the features [sample][feature] of the samples `rows` by filters with these values of all parameters.
  void write_features(std::span<const double> values, const data::Samples& samples, std::span<const std::uint32_t> rows,
                      RowMatrix<double>& features);

  /// Adds the gradient of the samples of the last write_features, which must still be there, to `gradient` [parameter];
  /// `signals` [sample][feature] are those at the features. Of the sights of an image it is that of one, by turns:
  /// they are much alike, and all of them would take as many times as long.
  void add_gradient(const RowMatrix<double>& signals, std::size_t turn, std::span<std::int64_t> gradient);

private:
  void take(std::span<const double> values);

  const network::Architecture& architecture_;
  const Layout& layout_;
  std::vector<std::vector<int>> half_widths_;  // [bank][filter]
  std::vector<double> values_;                 // of the filters of all banks, that makers_ have
  std::vector<filters::Bank> banks_;
  std::vector<std::unique_ptr<filters::FeatureMaker>> makers_;  // [bank]
  std::vector<std::uint32_t> rows_;                             // of the last batch
  filters::Images images_;
  std::vector<std::int8_t> block_;         // [feature][sample], of a bank
  std::vector<std::int32_t> at_features_;  // likewise, signals
};

}  // namespace isinglass::train::qat
