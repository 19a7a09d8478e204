#pragma once

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
    mix(bytes.size());
    for (; bytes.size() >= sizeof(std::uint64_t); bytes = bytes.subspan(sizeof(std::uint64_t))) {
      std::uint64_t word = 0;
      std::memcpy(&word, bytes.data(), sizeof word);
      mix(word);
    }
    std::uint64_t rest = 0;
    if (!bytes.empty()) std::memcpy(&rest, bytes.data(), bytes.size());
    mix(rest);
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
  /// Multiply-xorshift; constants of Steele et al., OOPSLA 2014.
  void mix(std::uint64_t word) {
    state_ = (state_ ^ word) * 0xff51afd7ed558ccdU;
    state_ ^= state_ >> 32;
  }

  std::uint64_t state_ = 0x9e3779b97f4a7c15U;
};

}  // namespace isinglass
