#include "train/qat/filter_pass.hpp"

#include "filters/gradient.hpp"
#include "network/filter_bits.hpp"
#include "network/filtered.hpp"

#include <algorithm>

namespace isinglass::train::qat {

namespace {

/// The images that the spread of a filter's sums is taken over.
constexpr std::size_t images_of_spread = 128;

filters::Images first_images(const data::DataSplits& data) {
  const auto size = static_cast<std::size_t>(data.rows) * static_cast<std::size_t>(data.columns);
  const std::span<const std::uint8_t> all = data.first_images;
  return {all.first(std::min(all.size(), images_of_spread * size)), size};
}

}  // namespace

FilterPass::FilterPass(const network::Architecture& architecture, const Layout& layout, double window,
                       const data::DataSplits& data)
    : architecture_(architecture), layout_(layout) {
  for (const filters::Bank& bank : architecture.banks)
    half_widths_.push_back(filters::usual_half_widths(bank, first_images(data), window));
}

void FilterPass::take(std::span<const double> values) {
  const std::span<const double> of_filters = values.subspan(layout_.first_filter());
  if (std::ranges::equal(of_filters, values_)) return;
  values_.assign(of_filters.begin(), of_filters.end());
  banks_.clear();
  makers_.clear();
  for (std::size_t b = 0; b < architecture_.banks.size(); ++b) {
    banks_.push_back(network::with_filters(architecture_.banks[b], filter_bits(layout_.banks[b], values)));
    makers_.push_back(std::make_unique<filters::FeatureMaker>(banks_.back()));
  }
}

void FilterPass::write_features(std::span<const double> values, const data::Samples& samples,
                                std::span<const std::uint32_t> rows, RowMatrix<double>& features) {
  take(values);
  rows_.assign(rows.begin(), rows.end());
  images_ = network::images_of(samples);
  images_.order = rows_;
  features.resize(std::ssize(rows), static_cast<Eigen::Index>(network::feature_count(architecture_)));
  if (rows.empty()) return;
  Eigen::Index before = 0;
  for (const auto& maker : makers_) {
    const auto count = static_cast<Eigen::Index>(maker->count());
    block_.resize(maker->count() * rows.size());
    maker->make(images_, block_, rows.size());
    features.middleCols(before, count) =
        MatrixView<const std::int8_t>(block_.data(), count, features.rows()).transpose().cast<double>();
    before += count;
  }
}

void FilterPass::add_gradient(const RowMatrix<double>& signals, std::size_t turn, std::span<std::int64_t> gradient) {
  constexpr double most = filters::largest_signal;
  Eigen::Index before = 0;
  for (std::size_t b = 0; b < banks_.size(); ++b) {
    const auto count = static_cast<Eigen::Index>(makers_[b]->count());
    filters::FilterGradient layer(banks_[b], half_widths_[b]);
    std::vector<Eigen::Index> places;  // of the batch's samples that say anything
    std::vector<std::uint32_t> rows;
    for (Eigen::Index s = 0; s < signals.rows(); ++s) {
      if (signals.row(s).segment(before, count).lpNorm<Eigen::Infinity>() < layer.least_signal()) continue;
      places.push_back(s);
      rows.push_back(rows_[static_cast<std::size_t>(s)]);
    }
    at_features_.resize(makers_[b]->count() * rows.size());
    MatrixView<std::int32_t>(at_features_.data(), count, std::ssize(places)) =
        signals(places, Eigen::seqN(before, count)).transpose().array().max(-most).min(most).cast<std::int32_t>();
    const auto& [weights, thresholds] = layout_.banks[b];
    filters::Images images = images_;
    images.order = rows;
    if (!rows.empty())
      layer.add(images, turn % layer.sights(), at_features_, rows.size(), gradient.subspan(weights.first, weights.size),
                gradient.subspan(thresholds.first, thresholds.size));
    before += count;
  }
}

}  // namespace isinglass::train::qat
