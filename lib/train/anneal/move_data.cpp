#include "train/anneal/move_data.hpp"

#include "energy/kernels.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace isinglass::train {

MoveData::MoveData(const data::Samples& samples, std::vector<InputPair> pairs)
    : samples_(&samples),
      pairs_(std::move(pairs)),
      stride_(energy::padded(samples.size())),
      pairs_at_(whole_vectors(static_cast<std::size_t>(samples.features))),
      row_length_(whole_vectors(pairs_.empty() ? pairs_at_ : pairs_at_ + pairs_.size())),
      rows_(samples.size() * row_length_),
      columns_(static_cast<std::size_t>(samples.features) * stride_) {
  for (std::size_t s = 0; s < samples.size(); ++s) {
    const auto from = samples.row(s);
    std::int8_t* row = rows_.data() + s * row_length_;
    std::copy(from.begin(), from.end(), row);
    for (std::size_t i = 0; i < from.size(); ++i) columns_[i * stride_ + s] = from[i];
    for (std::size_t p = 0; p < pairs_.size(); ++p) {
      const int difference = from[static_cast<std::size_t>(pairs_[p].a)] - from[static_cast<std::size_t>(pairs_[p].b)];
      row[pairs_at_ + p] = static_cast<std::int8_t>(difference);
      largest_difference_ = std::max(largest_difference_, std::abs(difference));
    }
  }
}

}  // namespace isinglass::train
