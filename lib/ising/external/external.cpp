#include "ising/external/external.hpp"

#include "base/error.hpp"
#include "base/random.hpp"
#include "ising/dynamics/descent.hpp"
#include "ising/external/command.hpp"
#include "ising/external/problem_text.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>

#include <fmt/format.h>

namespace isinglass::external {

namespace {

std::string content(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
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
  return draw(seed, Stream::noise, static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32), 2)[0] >> 1;
}

class ProgrammedExternal : public ProgrammedCopy {
public:
  ProgrammedExternal(const IsingProblem& problem, const ExternalConfig& config) : ProgrammedCopy(problem), config_(config) {}

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
    const TemporaryFolder folder;
    const auto problem_file = folder.path() / "problem.coo", spins_file = folder.path() / "spins.txt",
               errors = folder.path() / "errors.txt";
    write(problem_file);
    std::string command = config_.command;
    const std::int64_t sweeps = request.sweeps > 0 ? request.sweeps : config_.sweeps;
    replace_all(command, "{problem}", problem_file.string());
    replace_all(command, "{spins}", spins_file.string());
    replace_all(command, "{reads}", fmt::to_string(count));
    replace_all(command, "{sweeps}", fmt::to_string(sweeps));
    replace_all(command, "{seed}", fmt::to_string(call_seed(request.seed, first)));
    if (!finished(request, command, folder.path() / "output.txt", errors)) {
      set.was_cut = true;
      return;
    }
    append(request, first, parsed(spins_file, errors, static_cast<std::size_t>(count)), set);
    set.field_evaluations += sweeps * count;
    set.spin_updates += sweeps * count * static_cast<std::int64_t>(problem().spins);
  }

  void write(const std::filesystem::path& file) const {
    std::ofstream out(file, std::ios::binary);
    out << problem_text(problem(), text_form(config_.format));
    if (!out.flush()) throw SystemError(fmt::format("cannot write {}", file.string()));
  }

  /// Whether the command ended by itself, with success; false if the request's deadline or stop ended it.
  [[nodiscard]] bool finished(const ReadRequest& request, const std::string& command, const std::filesystem::path& output,
                              const std::filesystem::path& errors) const {
    const StopRule stop(request);
    const auto limit = std::chrono::steady_clock::now() + std::chrono::duration<double>(config_.time_limit_seconds);
    const auto is_late = [&] { return std::chrono::steady_clock::now() >= limit; };
    const CommandEnd end = run_command(command, output, errors, [&] { return is_late() || stop.is_over(); });
    if (end.way == CommandEnd::Way::exited && end.code == 0) return true;
    if (end.way == CommandEnd::Way::stopped && !is_late()) return false;
    const std::string words = last_lines(content(errors));
    const std::string what =
        end.way == CommandEnd::Way::stopped
            ? fmt::format("was not done after {} s (machine.external.time_limit_seconds)", config_.time_limit_seconds)
        : end.way == CommandEnd::Way::exited ? fmt::format("ended with exit code {}", end.code)
                                             : fmt::format("was ended by signal {}", end.code);
    throw InputError(fmt::format("external machine: the command {}\n  command: {}\n  its last errors: {}", what, command,
                                 words.empty() ? "(none)" : words));
  }

  [[nodiscard]] std::vector<Spins> parsed(const std::filesystem::path& file, const std::filesystem::path& errors,
                                          std::size_t count) const {
    if (!std::filesystem::exists(file))
      throw InputError(
          fmt::format("external machine: the command wrote no file {{spins}}\n  command: {}\n  its last errors: {}",
                      config_.command, last_lines(content(errors))));
    try {
      return parse_reads(content(file), problem().spins, count);
    } catch (const InputError& error) {
      throw InputError(fmt::format("external machine: {}\n  command: {}", error.what(), config_.command));
    }
  }

  void append(const ReadRequest& request, std::int64_t first, std::vector<Spins> answers, ReadSet& set) const {
    const StopRule stop(request);
    for (Spins& spins : answers) {
      Read read{first++, std::move(spins), 0, {}};
      read.energy = config_.descent
                        ? dynamics::descend(problem(), read.spins, dynamics::coupling_products(problem(), read.spins))
                        : energy(problem(), read.spins);
      read.history.push_back({stop.seconds(), read.energy});
      set.was_cut = set.was_cut || stop.reached(read.energy);
      set.reads.push_back(std::move(read));
    }
  }

  ExternalConfig config_;
};

}  // namespace

ExternalMachine::ExternalMachine(ExternalConfig config) : config_(std::move(config)) {
  if (config_.command.empty())
    throw InputError(
        "machine external: machine.external.command is empty; for example \"scripts/external_annealer.py {problem} {spins} "
        "--reads {reads} --sweeps {sweeps} --seed {seed}\"");
  static_cast<void>(text_form(config_.format));
}

std::unique_ptr<ProgrammedMachine> ExternalMachine::program(const IsingProblem& problem) const {
  return std::make_unique<ProgrammedExternal>(problem, config_);
}

}  // namespace isinglass::external
