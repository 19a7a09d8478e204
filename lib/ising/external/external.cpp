#include "ising/external/external.hpp"

#include "base/error.hpp"
#include "base/input_file.hpp"
#include "base/memory.hpp"
#include "base/random.hpp"
#include "ising/descent.hpp"
#include "ising/external/command.hpp"
#include "ising/external/problem_text.hpp"

#include <algorithm>
#include <fstream>
#include <string>

#include <fmt/format.h>

namespace isinglass::ising::external {

namespace {

constexpr std::int64_t most_errors = std::int64_t{1} << 26;  // bytes; of a command that writes more, something is wrong

/// Bytes of a file; 0 for what is none.
std::int64_t size_of(const std::filesystem::path& file) {
  std::error_code none;
  if (!std::filesystem::is_regular_file(file, none)) return 0;
  const std::uintmax_t size = std::filesystem::file_size(file, none);
  return none ? 0 : static_cast<std::int64_t>(size);
}

/// The end of a file that the command may have made into anything.
std::string end_of_file(const std::filesystem::path& file) {
  constexpr std::int64_t longest = 4096;
  const std::int64_t size = size_of(file);
  if (size == 0) return "";
  std::ifstream in(file, std::ios::binary);
  in.seekg(std::max<std::int64_t>(0, size - longest));
  std::string text(static_cast<std::size_t>(std::min(size, longest)), '\0');
  in.read(text.data(), std::ssize(text));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

/// At most the last three lines, in front of which something may be missing.
std::string last_lines(std::string text) {
  constexpr std::size_t longest = 600;
  while (!text.empty() && text.back() == '\n') text.pop_back();
  std::size_t begin = text.size();
  for (int line = 0; line < 3 && begin != std::string::npos && begin > 0; ++line) begin = text.rfind('\n', begin - 1);
  text = begin == std::string::npos || begin == 0 ? text : text.substr(begin + 1);
  return text.size() > longest ? text.substr(text.size() - longest) : text;
}

void replace_all(std::string& text, const std::string& what, const std::string& by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
}

/// One number for each call, below 2^31.
std::uint32_t call_seed(std::uint64_t seed, std::int64_t first) {
  const auto index = static_cast<std::uint64_t>(first);
  return draw(seed, Stream::noise, static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32), 2)[0] >>
         1;
}

/// Where the command has to write, and how much at most.
struct Answer {
  std::filesystem::path file;
  std::int64_t most = 0;  ///< bytes
};

class ProgrammedExternal : public ProgrammedCopy {
public:
  ProgrammedExternal(const IsingProblem& problem, const config::ExternalConfig& config)
      : ProgrammedCopy(problem), config_(config) {}

  [[nodiscard]] ReadSet read(const ReadRequest& request) override {
    ReadSet set;
    const std::int64_t end = request.first + request.count, most = config_.reads_per_call;
    for (std::int64_t at = request.first; at < end && !set.was_cut;) {
      // Whole blocks by index, so that a call does not depend on how the request was cut.
      const std::int64_t next = std::min(end, (at / most + 1) * most);
      call(request, at, next - at, set);
      at = next;
    }
    return set;
  }

private:
  void call(const ReadRequest& request, std::int64_t first, std::int64_t count, ReadSet& set) {
    const Workplace place;
    write(place.path() / "problem.coo");
    std::string command = config_.command;
    const std::int64_t sweeps = request.sweeps > 0 ? request.sweeps : config_.sweeps;
    // A command may use the names in quotes of any kind, or hand them to a further shell: they must mean themselves in
    // each.
    const std::string shown = place.name_for_shells();
    replace_all(command, "{problem}", shown + "/problem.coo");
    replace_all(command, "{spins}", shown + "/spins.txt");
    replace_all(command, "{reads}", fmt::to_string(count));
    replace_all(command, "{sweeps}", fmt::to_string(sweeps));
    replace_all(command, "{seed}", fmt::to_string(call_seed(request.seed, first)));
    const Answer answer{place.path() / "spins.txt", most_bytes(count)};
    if (!finished(request, command, place, answer)) {
      set.was_cut = true;
      return;
    }
    append(request, first, parsed(answer, place, static_cast<std::size_t>(count)), set);
    set.field_evaluations += sweeps * count;
    set.spin_updates += sweeps * count * static_cast<std::int64_t>(problem().spins);
  }

  void write(const std::filesystem::path& file) const {
    std::ofstream out(file, std::ios::binary);
    out << problem_text(problem(), config_.format);
    if (!out.flush()) throw SystemError(fmt::format("cannot write {}", file.string()));
  }

  /// Bytes of an answer: room for values that are written at length, but not for one that never ends.
  [[nodiscard]] std::int64_t most_bytes(std::int64_t count) const {
    constexpr std::int64_t value = 16, line = 256, rest = 1 << 16;
    return rest + count * (line + value * static_cast<std::int64_t>(problem().spins));
  }

  /// Whether the command ended by itself, with success; false if the request's deadline or stop ended it.
  [[nodiscard]] bool finished(const ReadRequest& request, const std::string& command, const Workplace& place,
                              const Answer& answer) const {
    const StopRule stop(request);
    const auto limit = std::chrono::steady_clock::now() + std::chrono::duration<double>(config_.time_limit_seconds);
    std::string excess;
    const auto is_excessive = [&] {
      if (std::chrono::steady_clock::now() >= limit)
        excess =
            fmt::format("was not done after {} s (machine.external.time_limit_seconds)", config_.time_limit_seconds);
      else if (size_of(answer.file) > answer.most)
        excess = fmt::format("wrote more than {} to {{spins}}", bytes_text(answer.most));
      else if (size_of(place.errors()) > most_errors)
        excess = fmt::format("wrote more than {} of errors", bytes_text(most_errors));
      return !excess.empty();
    };
    const CommandEnd end = place.run(command, [&] { return is_excessive() || stop.is_over(); });
    if (end.way == CommandEnd::Way::exited && end.code == 0) return true;
    if (end.way == CommandEnd::Way::stopped && excess.empty()) return false;
    const std::string what = end.way == CommandEnd::Way::stopped  ? excess
                             : end.way == CommandEnd::Way::exited ? fmt::format("ended with exit code {}", end.code)
                                                                  : fmt::format("was ended by signal {}", end.code);
    fail(fmt::format("the command {}", what), command, place);
  }

  [[noreturn]] static void fail(const std::string& what, const std::string& command, const Workplace& place) {
    const std::string words = last_lines(end_of_file(place.errors()));
    throw InputError(fmt::format("external machine: {}\n  command: {}\n  its last errors: {}", what, command,
                                 words.empty() ? "(none)" : words));
  }

  [[nodiscard]] std::vector<Spins> parsed(const Answer& answer, const Workplace& place, std::size_t count) const {
    std::error_code none;
    if (std::filesystem::status(answer.file, none).type() == std::filesystem::file_type::not_found)
      fail("the command wrote no file {spins}", config_.command, place);
    try {
      return parse_reads(read_input_file(answer.file, "an answer", answer.most), problem().spins, count);
    } catch (const InputError& error) {
      throw InputError(fmt::format("external machine: {}\n  command: {}", error.what(), config_.command));
    }
  }

  void append(const ReadRequest& request, std::int64_t first, std::vector<Spins> answers, ReadSet& set) const {
    const StopRule stop(request);
    for (Spins& spins : answers) {
      Read read{first++, std::move(spins), 0, {}};
      read.energy = config_.descent ? descend(problem(), read.spins, coupling_products(problem(), read.spins))
                                    : energy(problem(), read.spins);
      read.history.push_back({stop.seconds(), read.energy});
      set.was_cut = set.was_cut || stop.reached(read.energy);
      set.reads.push_back(std::move(read));
    }
  }

  config::ExternalConfig config_;
};

}  // namespace

ExternalMachine::ExternalMachine(config::ExternalConfig config) : config_(std::move(config)) {
  if (config_.command.empty())
    throw InputError(
        "machine external: machine.external.command is empty; for example \"scripts/external_annealer.py {problem} "
        "{spins} "
        "--reads {reads} --sweeps {sweeps} --seed {seed}\"");
}

std::unique_ptr<ProgrammedMachine> ExternalMachine::program(const IsingProblem& problem) const {
  return std::make_unique<ProgrammedExternal>(problem, config_);
}

}  // namespace isinglass::ising::external
