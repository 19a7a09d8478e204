#pragma once

#include <mpi.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace isinglass::parallel {

class SharedExchange;

/// A group of ranks as a value. The serial one has one rank and never calls MPI, so that the same code
/// runs without mpirun. Every call throws SystemError with MPI's text when MPI reports an error.
class Communicator {
public:
  /// One rank, no MPI.
  Communicator() = default;
  /// A private duplicate of `comm`, freed with the last copy of this value. Collective.
  explicit Communicator(MPI_Comm comm);

  [[nodiscard]] int rank() const { return rank_; }
  [[nodiscard]] int size() const { return size_; }
  [[nodiscard]] bool is_root() const { return rank_ == 0; }

  /// The ranks with the same color, ordered by rank. Collective.
  [[nodiscard]] Communicator split(int color) const;
  /// How many of the ranks are on this rank's machine, itself included. Collective.
  [[nodiscard]] int ranks_on_this_machine() const;
  /// Lets sums and maxima of a few integers go through shared memory (shared_exchange.hpp) from now on, if all ranks
  /// are on one machine. Collective.
  void share_memory();

  /// Element-wise sum over the ranks, in place. Integers, so that the order of the ranks does not matter.
  void all_sum(std::span<std::int64_t> values) const;
  [[nodiscard]] std::int64_t all_sum(std::int64_t value) const;
  /// Element-wise maximum over the ranks, in place.
  void all_max(std::span<std::int64_t> values) const;
  [[nodiscard]] double all_max(double value) const;
  /// `values` of `root` on every rank.
  void broadcast(std::span<std::byte> values, int root) const;
  [[nodiscard]] std::string broadcast(const std::string& text, int root) const;
  /// The lowest rank for which it `is_so`; nothing if it is so for none.
  [[nodiscard]] std::optional<int> first(bool is_so) const;
  /// Whether it `is_so` for a rank.
  [[nodiscard]] bool any(bool is_so) const { return first(is_so).has_value(); }
  void barrier() const;
  /// For libraries that take one, not for calls of its own; MPI_COMM_NULL if serial.
  [[nodiscard]] MPI_Comm mpi() const { return comm_ ? *comm_ : MPI_COMM_NULL; }

private:
  template <class Op>
  void combine(std::span<std::int64_t> values, MPI_Op mpi_op, Op op) const;

  std::shared_ptr<MPI_Comm> comm_;            // null: serial
  std::shared_ptr<SharedExchange> exchange_;  // null: messages
  int rank_ = 0, size_ = 1;
};

/// Returns the bytes of trivially copyable values, for broadcast.
template <class T>
[[nodiscard]] std::span<std::byte> bytes_of(std::span<T> values) {
  return std::as_writable_bytes(values);
}

}  // namespace isinglass::parallel
