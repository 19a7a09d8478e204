#include "filters/draw.hpp"

#include "base/error.hpp"
#include "base/random.hpp"
#include "filters/chosen.hpp"
#include "filters/maps.hpp"
#include "filters/taps.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <numeric>
#include <set>
#include <tuple>
#include <utility>

#include <fmt/format.h>

namespace isinglass::filters {
namespace {

constexpr std::uint32_t attempts_of_filter = 2000, attempts_of_unit = 2000;
/// So often a unit that there is already is drawn anew: there may be no other of one literal.
constexpr std::uint32_t attempts_of_new_unit = 200;

void must(bool holds, const char* text) {
  if (!holds) throw InputError(fmt::format("drawing filters: {}", text));
}

bool is_share(double value) { return 0 <= value && value <= 1; }

void check_options(const DrawOptions& options) {
  must(options.filters >= 1 && options.units >= 0, "there must be a filter and no negative number of units");
  must(options.candidates >= 1, "there must be a candidate for each unit");
  must(!options.kinds.empty() && std::ranges::all_of(options.kinds, [](const FilterKind& k) { return k.share > 0; }),
       "each kind of filter needs a positive share");
  must(std::ranges::all_of(options.kinds, [](const FilterKind& k) { return 1 <= k.side && k.side <= largest_side; }),
       "the sides of filters must be 1 to 32");
  must(options.least_range >= 0 && options.noise >= 0, "range and noise of patches must not be negative");
  must(is_share(options.lowest_quantile) && is_share(options.highest_quantile) &&
           options.lowest_quantile <= options.highest_quantile,
       "quantiles must rise within 0 to 1");
  must(!options.wiring.literal_shares.empty() && options.wiring.literal_shares.size() <= largest_literals &&
           std::ranges::all_of(options.wiring.literal_shares, [](double share) { return share >= 0; }) &&
           std::reduce(options.wiring.literal_shares.begin(), options.wiring.literal_shares.end()) > 0,
       "units have 1 to 8 literals, by shares that are not all 0");
  must(is_share(options.swap_share) && is_share(options.wiring.negated_share) &&
           is_share(options.wiring.widened_share) && is_share(options.least_active) && is_share(options.most_active),
       "shares must be within 0 to 1");
  must(options.threshold_positions >= 1 && options.sample_images >= 1, "the samples must not be empty");
}

/// An order of units, whichever.
struct Earlier {
  bool operator()(const Unit& a, const Unit& b) const {
    const auto key = [](const Literal& l) { return std::tuple(l.filter, l.dy, l.dx, l.negated, l.widened); };
    return std::ranges::lexicographical_compare(a.literals, b.literals, {}, key, key);
  }
};

/// Purposes of a filter's random numbers, each a key of its own.
enum class Purpose : std::uint32_t { filter, patch, noise, position, sample };

class Drawing {
public:
  Drawing(const Shape& shape, const DrawOptions& options, const Images& images, std::uint64_t seed, std::uint32_t stage,
          simd::Width width)
      : options_(options), images_(images), seed_(seed), stage_(stage), width_(width) {
    bank_.shape = shape;
    code_ = WiringCode{options.wiring, seed, stage, {}};
    for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(options.sample_images); ++i)
      sample_.push_back(image_number(words(Purpose::sample, 0, i, 0)[0]));
  }

  Candidates draw_all() {
    for (std::uint32_t f = 0; f < static_cast<std::uint32_t>(options_.filters); ++f) {
      const auto start = words(Purpose::filter, f, 0, 0);
      Filter filter = kind_of(uniform(start[0]));
      set_template(filter, f);
      const double low = options_.lowest_quantile, span = options_.highest_quantile - low;
      filter.threshold = threshold_at(filter, f, low + span * uniform(start[1]));
      bank_.filters.push_back(std::move(filter));
    }
    make_maps();
    for (std::uint32_t u = 0; u < static_cast<std::uint32_t>(options_.units); ++u) add_candidates(u);
    return {std::move(bank_), std::move(code_), static_cast<std::size_t>(options_.candidates)};
  }

private:
  using Stored = std::vector<std::uint8_t>;

  [[nodiscard]] std::array<std::uint32_t, 4> words(Purpose purpose, std::uint32_t number, std::uint32_t attempt,
                                                   std::uint32_t item) const {
    return isinglass::draw(seed_, Stream::filter, stage_, static_cast<std::uint32_t>(purpose) << 24U | number, attempt,
                           item);
  }

  [[nodiscard]] std::uint32_t image_number(std::uint32_t word) const {
    const std::uint32_t place = below(word, static_cast<std::uint32_t>(images_.count()));
    return images_.order.empty() ? place : images_.order[place];
  }

  [[nodiscard]] std::span<const std::uint8_t> image(std::uint32_t number) const {
    return images_.pixels.subspan(number * images_.size, images_.size);
  }

  [[nodiscard]] Filter kind_of(double u) const {
    std::vector<double> shares;
    for (const FilterKind& kind : options_.kinds) shares.push_back(kind.share);
    const FilterKind& kind = options_.kinds[chosen(shares, u)];
    return {kind.channel, kind.side, kind.dilation, {}, 0};
  }

  /// Channel values that the weights of a filter meet at a random position.
  [[nodiscard]] std::vector<int> taps(const Filter& filter, const Stored& stored, std::uint32_t row_word,
                                      std::uint32_t column_word) const {
    const Shape& shape = bank_.shape;
    const auto at = [](const Range& range, std::uint32_t word) {
      return range.first + static_cast<int>(below(word, static_cast<std::uint32_t>(range.size())));
    };
    return values_at_taps(shape, filter, stored, at(shape.map_rows, row_word), at(shape.map_columns, column_word));
  }

  [[nodiscard]] Stored stored(Channel channel, std::uint32_t number) const {
    return stored_channel(channel, image(number), static_cast<std::size_t>(bank_.shape.columns), width_);
  }

  [[nodiscard]] std::vector<int> patch(const Filter& filter, std::uint32_t f) const {
    for (std::uint32_t attempt = 0; attempt < attempts_of_filter; ++attempt) {
      const auto four = words(Purpose::patch, f, attempt, 0);
      auto values = taps(filter, stored(filter.channel, image_number(four[0])), four[1], four[2]);
      const auto [low, high] = std::ranges::minmax(values);
      if (high - low >= options_.least_range) return values;
    }
    throw InputError(fmt::format("drawing filters: no patch in {} whose values of channel {} differ by {} levels",
                                 attempts_of_filter, name_of(filter.channel), options_.least_range));
  }

  void set_template(Filter& filter, std::uint32_t f) const {
    const std::vector<int> values = patch(filter, f);
    std::vector<std::pair<double, std::size_t>> ranked;
    for (std::size_t t = 0; t < values.size(); ++t) {
      const double noise = options_.noise * uniform(words(Purpose::noise, f, 0, static_cast<std::uint32_t>(t))[0]);
      ranked.emplace_back(values[t] + noise, t);
    }
    std::ranges::sort(ranked);
    filter.is_plus.assign(values.size(), 0);
    const std::size_t minus = ranked.size() - ranked.size() / 2;
    for (std::size_t r = minus; r < ranked.size(); ++r) filter.is_plus[ranked[r].second] = 1;
    const auto four = words(Purpose::filter, f, 1, 0);
    if (uniform(four[0]) >= options_.swap_share || minus == ranked.size()) return;
    const auto plus = static_cast<std::uint32_t>(ranked.size() - minus);
    std::swap(filter.is_plus[ranked[below(four[1], static_cast<std::uint32_t>(minus))].second],
              filter.is_plus[ranked[minus + below(four[2], plus)].second]);
  }

  /// The channel of every sample image, made when it is first asked for.
  const std::vector<Stored>& sample(Channel channel) {
    auto& all = sample_channels_[static_cast<std::size_t>(channel)];
    if (all.empty())
      for (const std::uint32_t number : sample_) all.push_back(stored(channel, number));
    return all;
  }

  [[nodiscard]] int threshold_at(const Filter& filter, std::uint32_t f, double quantile) {
    const std::vector<Stored>& images = sample(filter.channel);
    const auto wanted = static_cast<std::size_t>(options_.threshold_positions);
    std::vector<int> sums;
    for (std::uint32_t i = 0; sums.size() < wanted && i < 20 * wanted; ++i) {
      const auto four = words(Purpose::position, f, 0, i);
      const auto values =
          taps(filter, images[below(four[0], static_cast<std::uint32_t>(images.size()))], four[1], four[2]);
      if (std::ranges::all_of(values, [](int value) { return value == 0; })) continue;
      sums.push_back(weighted_sum(filter, values));
    }
    if (sums.empty()) sums.push_back(0);
    const auto rank = std::min(static_cast<std::size_t>(quantile * static_cast<double>(sums.size())), sums.size() - 1);
    std::ranges::nth_element(sums, sums.begin() + static_cast<std::ptrdiff_t>(rank));
    const Range range = threshold_range(bank_.shape);
    const int step = bank_.shape.threshold_step, sum = sums[rank];
    const int rounded = (sum >= 0 ? sum / step : -((-sum + step - 1) / step)) * step;
    return std::clamp(rounded, range.first, range.last);
  }

  void make_maps() {
    const Images sample{images_.pixels, images_.size, sample_};
    for (std::size_t first = 0; first < sample_.size(); first += block_images) {
      BlockMaps& maps = maps_.emplace_back(bank_.shape, bank_.filters, std::vector<bool>(bank_.filters.size(), true),
                                           options_.wiring.reach, width_);
      maps.take(sample, first);
      maps.make(false);
      const std::size_t count = std::min(block_images, sample_.size() - first);
      valid_.push_back(~std::uint64_t{0} >> (block_images - count));
    }
  }

  /// Positions of the sample at which all literals are true.
  [[nodiscard]] std::int64_t count_active(std::span<const Literal> literals) const {
    std::int64_t active = 0;
    for (std::size_t b = 0; b < maps_.size(); ++b) {
      const BlockMaps& maps = maps_[b];
      const std::size_t padded = simd::padded(maps.columns(), word_block);
      std::vector<std::uint64_t> conjunction(maps.rows() * padded);
      std::vector<LiteralWords> words;
      for (const Literal& literal : literals) words.push_back(maps.words_of(literal));
      write_conjunction(words, maps.stride(), maps.rows(), conjunction, width_);
      for (std::size_t i = 0; i < conjunction.size(); ++i)
        if (i % padded < maps.columns()) active += std::popcount(conjunction[i] & valid_[b]);
    }
    return active;
  }

  [[nodiscard]] bool suits(const Unit& unit) const {
    const auto positions = static_cast<double>(maps_.front().rows() * maps_.front().columns() * sample_.size());
    const auto active = static_cast<double>(count_active(unit.literals));
    if (active < options_.least_active * positions) return false;
    if (unit.literals.size() == 1) return true;
    return std::ranges::all_of(unit.literals, [&](const Literal& literal) {
      return active <= options_.most_active * static_cast<double>(count_active(std::span(&literal, 1)));
    });
  }

  void add(Unit unit, std::uint32_t attempt) {
    known_.insert(unit);
    bank_.units.push_back(std::move(unit));
    code_.refused.push_back(attempt);
  }

  /// Draws units until as many suit as are wanted, and adds them.
  void add_candidates(std::uint32_t u) {
    int left = options_.candidates;
    for (std::uint32_t attempt = 0; attempt < attempts_of_unit && left > 0; ++attempt) {
      Unit unit = drawn_unit(options_.wiring, options_.filters, seed_, stage_, u, attempt);
      if ((known_.contains(unit) && attempt < attempts_of_new_unit) || !suits(unit)) continue;
      add(std::move(unit), attempt);
      --left;
    }
    if (left == options_.candidates)
      throw InputError(
          fmt::format("drawing filters: no conjunction of {} in {} that is true at a share of positions of {} and at "
                      "most {} of its rarest part's: wider bounds, more filters or more varied images would help",
                      drawn_unit(options_.wiring, options_.filters, seed_, stage_, u, 0).literals.size(),
                      attempts_of_unit, options_.least_active, options_.most_active));
    for (; left > 0; --left) add(Unit(bank_.units.back()), code_.refused.back());
  }

  const DrawOptions& options_;
  const Images& images_;
  std::uint64_t seed_;
  std::uint32_t stage_;
  simd::Width width_;
  Bank bank_;
  std::set<Unit, Earlier> known_;  // the units of the bank
  WiringCode code_;
  std::vector<std::uint32_t> sample_;  // image numbers
  std::array<std::vector<Stored>, 4> sample_channels_;
  std::vector<BlockMaps> maps_;  // of the sample
  std::vector<std::uint64_t> valid_;
};

}  // namespace

Candidates draw_candidates(const Shape& shape, const DrawOptions& options, const Images& images, std::uint64_t seed,
                           std::uint32_t stage, simd::Width width) {
  check(shape);
  check_options(options);
  const auto pixels = static_cast<std::size_t>(shape.rows) * static_cast<std::size_t>(shape.columns);
  must(images.size == pixels && images.count() > 0, "there are no images of the bank's size");
  must(0 <= options.wiring.reach && options.wiring.reach < std::min(shape.map_rows.size(), shape.map_columns.size()),
       "offsets must stay within the map");
  Bank empty{shape, {}, {}, {}};
  for (const FilterKind& kind : options.kinds) {
    const auto weights = static_cast<std::size_t>(kind.side) * static_cast<std::size_t>(kind.side);
    empty.filters.push_back({kind.channel, kind.side, kind.dilation, std::vector<std::uint8_t>(weights), 0});
  }
  check(empty);
  return Drawing(shape, options, images, seed, stage, width).draw_all();
}

Bank draw_bank(const Shape& shape, const DrawOptions& options, const Images& images, std::uint64_t seed,
               std::uint32_t stage, simd::Width width) {
  DrawOptions first = options;
  first.candidates = 1;
  const Candidates drawn = draw_candidates(shape, first, images, seed, stage, width);
  return with_chosen(drawn, std::vector<std::size_t>(drawn.units()));
}

Bank with_chosen(const Candidates& candidates, std::span<const std::size_t> choice) {
  std::vector<std::size_t> units;
  WiringCode code = candidates.code;
  code.refused.clear();
  for (std::size_t u = 0; u < choice.size(); ++u) {
    units.push_back(u * candidates.per_unit + choice[u]);
    code.refused.push_back(candidates.code.refused[units.back()]);
  }
  Bank bank = with_units(candidates.bank, units);
  bank.code = std::move(code);
  return bank;
}

}  // namespace isinglass::filters
