#include "parallel/agreement.hpp"

#include "base/process.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace isinglass::parallel {

void together(const Communicator& world, const std::function<void()>& action) {
  Failure failure{"", ExitCode::done};
  try {
    action();
  } catch (...) {
    failure = current_failure();
    if (world.rank() > 0) failure.text += fmt::format(" (rank {} on {})", world.rank(), host_name());
  }
  const std::optional<int> culprit = world.first(failure.code != ExitCode::done);
  if (!culprit) return;
  world.broadcast(bytes_of(std::span(&failure.code, 1)), *culprit);
  world.broadcast(bytes_of(std::span(&failure.is_busy, 1)), *culprit);
  throw AgreedError(world.broadcast(failure.text, *culprit), failure.code, failure.is_busy);
}

void expect_same(const Communicator& world, std::uint64_t fingerprint, const std::string& what) {
  std::uint64_t first = fingerprint;
  world.broadcast(bytes_of(std::span(&first, 1)), 0);
  together(world, [&] {
    if (fingerprint == first) return;
    throw InputError(
        fmt::format("{}: this rank reads something else there than rank 0; give all ranks the same files", what));
  });
}

void expect_same_command(const Communicator& world, std::span<const char* const> arguments, const std::string& build) {
  if (world.size() == 1) return;
  constexpr char end = '\0';  // which no argument holds
  std::string own;
  for (const char* argument : arguments) own += std::string(argument) + end;
  const std::string first = world.broadcast(own, 0), first_build = world.broadcast(build, 0);
  together(world, [&] {
    if (build != first_build)
      throw InputError(fmt::format("this rank runs another build of isinglass than rank 0: {}", build));
    if (own == first) return;
    const auto begin = static_cast<std::size_t>(std::ranges::mismatch(own, first).in1 - own.begin());
    const std::size_t word = begin == 0 ? 0 : own.rfind(end, begin - 1) + 1;  // 0 after npos
    const auto word_of = [&](const std::string& words) {
      return word < words.size() ? fmt::format("\"{}\"", shortened(words.substr(word, words.find(end, word) - word)))
                                 : "nothing";
    };
    throw InputError(fmt::format("this rank was started with {} where rank 0 has {}; give all ranks the same command",
                                 word_of(own), word_of(first)));
  });
}

std::optional<AgreedError> failure_of(const std::function<void()>& step) {
  try {
    step();
    return std::nullopt;
  } catch (const AgreedError& error) {
    return error;
  }
}

std::optional<std::string> first_text(const Communicator& group, const std::optional<std::string>& text) {
  const std::optional<int> root = group.first(text.has_value());
  return root ? std::optional(group.broadcast(text.value_or(""), *root)) : std::nullopt;
}

}  // namespace isinglass::parallel
