#include "parallel/consensus.hpp"

namespace isinglass {

std::optional<std::string> first_text(const Communicator& group, const std::optional<std::string>& text) {
  // The first rank with a text has the largest value; 0 if there is none.
  std::int64_t first = text ? group.size() - group.rank() : 0;
  group.all_max(std::span(&first, 1));
  if (first == 0) return std::nullopt;
  const int root = group.size() - static_cast<int>(first);
  std::string copy = text.value_or("");
  std::uint64_t size = copy.size();
  group.broadcast(bytes_of(std::span(&size, 1)), root);
  copy.resize(size);
  group.broadcast(bytes_of(std::span(copy.data(), size)), root);
  return copy;
}

}  // namespace isinglass
