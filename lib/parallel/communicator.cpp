#include "parallel/communicator.hpp"

#include "parallel/mpi_check.hpp"
#include "parallel/shared_exchange.hpp"
#include "parallel/traffic.hpp"

#include <algorithm>
#include <functional>
#include <limits>

namespace isinglass::parallel {

namespace {

/// A collective call that is counted.
template <class Call>
void send(std::size_t bytes, const char* name, Call&& call) {
  const Waiting waiting;
  ++own_traffic().messages;
  own_traffic().bytes += static_cast<std::int64_t>(bytes);
  check_mpi(call(), name);
}

/// MPI counts are ints: larger buffers go in pieces.
template <class T, class Call>
void send_in_pieces(std::span<T> values, const char* name, Call&& call) {
  constexpr std::size_t piece = std::numeric_limits<int>::max() / 2;
  for (std::size_t at = 0; at < values.size(); at += piece) {
    auto part = values.subspan(at, std::min(piece, values.size() - at));
    send(part.size_bytes(), name, [&] { return call(part.data(), static_cast<int>(part.size())); });
  }
}

std::shared_ptr<MPI_Comm> owned(MPI_Comm comm) {
  check_mpi(MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
  return {new MPI_Comm(comm), [](MPI_Comm* handle) {
            int finalized = 0;
            MPI_Finalized(&finalized);
            if (!finalized) MPI_Comm_free(handle);
            delete handle;
          }};
}

}  // namespace

Communicator::Communicator(MPI_Comm comm) {
  MPI_Comm copy = MPI_COMM_NULL;
  check_mpi(MPI_Comm_dup(comm, &copy), "MPI_Comm_dup");
  comm_ = owned(copy);
  check_mpi(MPI_Comm_rank(copy, &rank_), "MPI_Comm_rank");
  check_mpi(MPI_Comm_size(copy, &size_), "MPI_Comm_size");
}

Communicator Communicator::split(int color) const {
  Communicator part;
  if (!comm_) return part;
  MPI_Comm handle = MPI_COMM_NULL;
  check_mpi(MPI_Comm_split(*comm_, color, rank_, &handle), "MPI_Comm_split");
  part.comm_ = owned(handle);
  check_mpi(MPI_Comm_rank(handle, &part.rank_), "MPI_Comm_rank");
  check_mpi(MPI_Comm_size(handle, &part.size_), "MPI_Comm_size");
  return part;
}

int Communicator::ranks_on_this_machine() const {
  if (size_ == 1) return 1;
  MPI_Comm machine = MPI_COMM_NULL;
  int ranks = 0;
  check_mpi(MPI_Comm_split_type(*comm_, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &machine), "MPI_Comm_split_type");
  check_mpi(MPI_Comm_size(machine, &ranks), "MPI_Comm_size");
  MPI_Comm_free(&machine);
  return ranks;
}

void Communicator::share_memory() {
  if (size_ > 1 && !any(ranks_on_this_machine() < size_)) exchange_ = SharedExchange::make(*comm_);
}

template <class Op>
void Communicator::combine(std::span<std::int64_t> values, MPI_Op mpi_op, Op op) const {
  if (size_ == 1) return;
  if (exchange_ && values.size() <= SharedExchange::most) return exchange_->combine(values, op);
  send_in_pieces(values, "MPI_Allreduce", [&](std::int64_t* data, int count) {
    return MPI_Allreduce(MPI_IN_PLACE, data, count, MPI_INT64_T, mpi_op, *comm_);
  });
}

void Communicator::all_sum(std::span<std::int64_t> values) const { combine(values, MPI_SUM, std::plus<>()); }

std::int64_t Communicator::all_sum(std::int64_t value) const {
  all_sum(std::span(&value, 1));
  return value;
}

void Communicator::all_max(std::span<std::int64_t> values) const {
  combine(values, MPI_MAX, [](std::int64_t a, std::int64_t b) { return std::max(a, b); });
}

double Communicator::all_max(double value) const {
  if (size_ == 1) return value;
  send(sizeof value, "MPI_Allreduce",
       [&] { return MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_DOUBLE, MPI_MAX, *comm_); });
  return value;
}

void Communicator::broadcast(std::span<std::byte> values, int root) const {
  if (size_ == 1) return;
  send_in_pieces(values, "MPI_Bcast",
                 [&](std::byte* data, int count) { return MPI_Bcast(data, count, MPI_BYTE, root, *comm_); });
}

std::string Communicator::broadcast(const std::string& text, int root) const {
  std::uint64_t size = text.size();
  broadcast(bytes_of(std::span(&size, 1)), root);
  std::string copy = text;
  copy.resize(size);
  broadcast(bytes_of(std::span(copy.data(), copy.size())), root);
  return copy;
}

std::optional<int> Communicator::first(bool is_so) const {
  std::int64_t ranks_after = is_so ? size_ - rank_ : 0;  // with itself
  all_max(std::span(&ranks_after, 1));
  return ranks_after > 0 ? std::optional(size_ - static_cast<int>(ranks_after)) : std::nullopt;
}

void Communicator::barrier() const {
  if (size_ > 1) send(0, "MPI_Barrier", [&] { return MPI_Barrier(*comm_); });
}

}  // namespace isinglass::parallel
