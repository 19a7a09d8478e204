#pragma once

#include "files/checksum.hpp"
#include "files/posix_file.hpp"
#include "formats/qcbo_measure.hpp"

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

namespace isinglass::formats {

/// Writes consecutive elements of a dataset that lies in one piece in its file, from a given one on.
template <h5::Element T>
class SlabWriter {
public:
  /// `place` of the dataset in the file, bytes; `first` element to be written. `file` must outlive the writer.
  void open(const files::PosixFile& file, std::uint64_t place, std::int64_t first) {
    file_ = &file;
    place_ = place;
    first_ = next_ = flushed_ = static_cast<std::uint64_t>(first);
  }

  /// Throws std::range_error for an integer that the dataset's type cannot hold.
  template <class Value>
  void put(Value value) {
    T stored{};
    if constexpr (std::integral<T>) {
      if (!std::in_range<T>(value)) throw std::range_error("a number of the problem is too large for its file");
    }
    stored = static_cast<T>(value);
    checksum_ += files::checksum_part(next_++, stored);
    buffer_.push_back(stored);
    if (buffer_.size() == buffer_elements) flush();
  }

  void flush() {
    if (!buffer_.empty()) file_->write(place_ + flushed_ * sizeof(T), std::as_bytes(std::span(buffer_)));
    flushed_ = next_;
    buffer_.clear();
  }

  /// Checksum of the elements that were put.
  [[nodiscard]] std::uint64_t checksum() const { return checksum_; }

  /// Checksum of the same elements as `file` holds them, whatever was put.
  [[nodiscard]] std::uint64_t checksum_in(const files::PosixFile& file) const {
    std::uint64_t sum = 0;
    std::vector<T> values;
    for (std::uint64_t at = first_; at < next_; at += values.size()) {
      values.resize(std::min<std::uint64_t>(buffer_elements, next_ - at));
      file.read(place_ + at * sizeof(T), std::as_writable_bytes(std::span(values)));
      sum += files::checksum<T>(at, values);
    }
    return sum;
  }

private:
  static constexpr std::size_t buffer_elements = std::size_t{1} << 15;
  const files::PosixFile* file_ = nullptr;
  std::uint64_t place_ = 0, first_ = 0, next_ = 0, flushed_ = 0, checksum_ = 0;
  std::vector<T> buffer_;
};

/// Writes the columns of one rank's blocks into their places.
class BlockWriter {
public:
  /// `places` of the datasets in the order of the lists in qcbo_layout.hpp, bytes.
  BlockWriter(const files::PosixFile& file, const std::vector<std::int64_t>& places, const QcboMeasure& measure,
              const QcboFileOptions& options, double multiplier, double unit);

  /// Entries that rank 0 writes before its blocks.
  void write_shared(const std::vector<qcbo::Variable>& parameters);
  /// The next block of this rank.
  void write(const qcbo::Qcbo& block);
  void flush();

  /// One a dataset: of the elements that were written, and of those in the file.
  [[nodiscard]] std::vector<std::int64_t> checksums();
  [[nodiscard]] std::vector<std::int64_t> checksums_in(const files::PosixFile& file);

private:
  template <class Visit>
  void for_each_column(Visit&& visit);
  void write_problem(const qcbo::Qcbo& block);
  void write_variable(const qcbo::Variable& variable);
  void write_coupling(const LiftedTerm& term);

  QcboColumns<SlabWriter> columns_;
  const QcboMeasure& measure_;
  const QcboFileOptions& options_;
  double multiplier_, unit_;
  std::int64_t next_variable_ = 0, next_entry_ = 0;  // global numbers
};

}  // namespace isinglass::formats
