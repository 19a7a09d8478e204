#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>

namespace isinglass {

/// A 64-bit number that differs where two contents do, except by chance: to tell whether ranks see the same input. It
/// is no part of any file.
class Fingerprint {
public:
  Fingerprint& add_bytes(std::span<const std::byte> bytes) {
    state_ = mixed(state_, bytes.size());
    add_long(bytes);
    for (; bytes.size() >= word_size; bytes = bytes.subspan(word_size)) state_ = mixed(state_, word_of(bytes));
    std::uint64_t rest = 0;
    if (!bytes.empty()) std::memcpy(&rest, bytes.data(), bytes.size());
    state_ = mixed(state_, rest);
    return *this;
  }

  Fingerprint& add(std::string_view text) { return add_bytes(std::as_bytes(std::span(text))); }

  /// Elements without padding: numbers, and structures of numbers of one size.
  template <class T>
  Fingerprint& add(std::span<const T> values) {
    static_assert(std::has_unique_object_representations_v<T> || std::is_floating_point_v<T>);
    return add_bytes(std::as_bytes(values));
  }

  template <class T>
  requires std::is_arithmetic_v<T> || std::is_enum_v<T> Fingerprint& add(T value) {
    return add(std::span<const T>(&value, 1));
  }

  [[nodiscard]] std::uint64_t value() const { return state_; }

private:
  static constexpr std::size_t word_size = sizeof(std::uint64_t), lanes = 4;

  static std::uint64_t word_of(std::span<const std::byte> bytes) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), word_size);
    return word;
  }

  /// Takes what it can of long inputs, a data set's images say, in lanes that do not wait for each other.
  void add_long(std::span<const std::byte>& bytes) {
    constexpr std::size_t step = lanes * word_size;
    if (bytes.size() < 4 * step) return;
    std::array<std::uint64_t, lanes> state{};
    for (std::size_t lane = 0; lane < lanes; ++lane) state[lane] = mixed(state_, lane);
    for (; bytes.size() >= step; bytes = bytes.subspan(step))
      for (std::size_t lane = 0; lane < lanes; ++lane)
        state[lane] = mixed(state[lane], word_of(bytes.subspan(lane * word_size)));
    for (const std::uint64_t value : state) state_ = mixed(state_, value);
  }

  /// Multiply-xorshift; constants of Steele et al., OOPSLA 2014.
  static std::uint64_t mixed(std::uint64_t state, std::uint64_t word) {
    state = (state ^ word) * 0xff51afd7ed558ccdU;
    return state ^ (state >> 32);
  }

  std::uint64_t state_ = 0x9e3779b97f4a7c15U;
};

}  // namespace isinglass
