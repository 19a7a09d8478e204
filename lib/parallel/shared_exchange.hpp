#pragma once

#include <mpi.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace isinglass::parallel {

/// Small exchanges between ranks of one machine through memory that they share. Each rank writes its values beside a
/// round number, and reads those of the others once they are of the same round: a fraction of the time of a message,
/// where chains exchange a few numbers for every few proposals. A rank that waits long yields its core, sooner where
/// the ranks are more than the cores.
///
/// Two slots per rank take turns. A rank enters a round only after all have written the one before, so nobody can
/// still read the slot that it writes to.
class SharedExchange {
public:
  static constexpr std::size_t most = 15;  ///< values of one exchange

  /// Makes the exchange of ranks that are all on one machine, two or more. Collective; so is the destructor, unless an
  /// exception is on its way.
  [[nodiscard]] static std::shared_ptr<SharedExchange> make(MPI_Comm comm);
  SharedExchange(const SharedExchange&) = delete;
  SharedExchange& operator=(const SharedExchange&) = delete;
  ~SharedExchange();

  /// Replaces `values`, at most `most`, by op(op(first rank's, second's), ...). Collective.
  template <class Op>
  void combine(std::span<std::int64_t> values, Op op) {
    write(values);
    for (std::size_t rank = 0; rank < slots_.size(); ++rank) {
      const std::int64_t* theirs = read(rank);
      for (std::size_t i = 0; i < values.size(); ++i) values[i] = rank == 0 ? theirs[i] : op(values[i], theirs[i]);
    }
  }

private:
  /// Two cache lines.
  struct alignas(64) Slot {
    std::atomic<std::uint64_t> round;
    std::array<std::int64_t, most> values;
  };
  static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

  SharedExchange(MPI_Win window, std::vector<Slot*> slots, std::size_t rank, int looks);
  void write(std::span<const std::int64_t> values);
  /// Waits for the values of a rank.
  [[nodiscard]] const std::int64_t* read(std::size_t rank) const;

  MPI_Win window_;
  std::vector<Slot*> slots_;  // [rank], two each
  std::size_t rank_;
  int looks_;  // at another rank's round before a rank yields its core
  std::uint64_t round_ = 0;
};

}  // namespace isinglass::parallel
