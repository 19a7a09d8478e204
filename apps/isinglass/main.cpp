#include "agreement.hpp"
#include "commands.hpp"
#include "mpi_session.hpp"
#include "version_text.hpp"

#include "base/memory.hpp"
#include "base/stop_signal.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace isinglass {
namespace {

/// CLI11 would only say that a subcommand is required.
void check_subcommand(int argc, char** argv, const CLI::App& app) {
  if (argc < 2 || argv[1][0] == '-') return;
  const std::string word = argv[1];
  if (!app.get_subcommands([&](const CLI::App* command) { return command->get_name() == word; }).empty()) return;
  throw CLI::ValidationError(
      fmt::format("\"{}\" is no subcommand", word),
      "expected train, evaluate, check, compile, export, bounds, defaults, inspect, solve, status or sweep");
}

/// Parses the command line into `action`; the exit code if there is nothing left to do.
std::optional<ExitCode> parse(int argc, char** argv, const Communicator& world, Action& action) {
  CLI::App app{"isinglass trains quantized neural networks by optimization, alone or under mpirun or srun."};
  app.name("isinglass");
  app.require_subcommand(1);
  app.set_version_flag("--version", version_text, "print the versions of isinglass and of what it was built with");
  app.footer("Exit codes: 0 done, 1 error, 2 bad input, 3 checkpoint unusable, 85 unfinished.");
  add_train(app, action);
  add_evaluate(app, action);
  add_check(app, action);
  add_compile(app, action);
  add_export(app, action);
  add_bounds(app, action);
  add_defaults(app, action);
  add_inspect(app, action);
  add_solve(app, action);
  add_status(app, action);
  add_sweep(app, action);
  try {
    check_subcommand(argc, argv, app);
    app.parse(argc, argv);
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    if (world.is_root()) app.exit(error, std::cout, std::cerr);
    return error.get_exit_code() == 0 ? ExitCode::done : ExitCode::bad_input;
  }
}

/// Reports an error that only this rank may know of, and ends the job: no rank is left waiting.
[[noreturn]] void abort_job(const MpiSession& session, const Communicator& world, const Failure& failure) {
  // If several ranks fail at once, the first to report ends the others before they repeat it.
  std::this_thread::sleep_for(std::chrono::milliseconds(50) * std::min(world.rank(), 40));
  std::cerr << fmt::format("{} (rank {} on {})", failure.text, world.rank(), host_name()) << std::endl;
  session.abort(failure.code);
}

ExitCode run(int argc, char** argv, const MpiSession& session, const Communicator& world) {
  try {
    Action action;
    expect_same_command(world, std::span<const char* const>(argv, static_cast<std::size_t>(argc)).subspan(1));
    if (const std::optional<ExitCode> code = parse(argc, argv, world, action)) return *code;
    return action(world);
  } catch (const AgreedError& error) {
    if (world.is_root()) std::cerr << error.what() << std::endl;
    return error.code();
  } catch (...) {
    const Failure failure = current_failure();
    if (world.size() > 1) abort_job(session, world, failure);
    std::cerr << failure.text << std::endl;
    return failure.code;
  }
}

/// A standard stream that was closed before the start is opened on nothing: otherwise the first file that is opened would take
/// its number, and what is printed would go into it. Standard output is opened for reading, so that writing to it fails: who
/// closed it does not get the result.
void keep_standard_streams() {
  for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; ++stream)
    if (::fcntl(stream, F_GETFD) < 0) static_cast<void>(::open("/dev/null", stream == STDOUT_FILENO ? O_RDONLY : O_RDWR));
}

/// A result that was printed to a full disk or a closed pipe is lost: an error, whatever else went well.
ExitCode after_output(ExitCode code) {
  std::cout.flush();
  if (std::cout || code != ExitCode::done) return code;
  std::cerr << "error: standard output cannot be written: the result is not there" << std::endl;
  return ExitCode::error;
}

}  // namespace
}  // namespace isinglass

namespace isinglass {
namespace {

/// Before MPI starts: a job that is told to stop while it starts must not die of it.
void prepare_signals(std::string_view command) {
  constexpr std::array<std::string_view, 5> writing_commands{"train", "sweep", "solve", "compile", "export"};
  survive_failed_writes({SIGXFSZ});
  if (std::ranges::count(writing_commands, command) == 0) return exit_at_stop_signals();
  catch_stop_signals();
  survive_failed_writes({SIGPIPE});  // the others have nothing but what they print: they end as everywhere in a pipe
}

int run_program(int argc, char** argv) {
  const MpiSession session(argc, argv);
  try {
    return static_cast<int>(after_output(run(argc, argv, session, session.world())));
  } catch (...) {
    const Failure failure = current_failure();
    std::cerr << failure.text << std::endl;
    return static_cast<int>(failure.code);
  }
}

}  // namespace
}  // namespace isinglass

int main(int argc, char** argv) {
  isinglass::keep_standard_streams();
  isinglass::prepare_signals(argc > 1 ? argv[1] : "");
  const int code = isinglass::run_program(argc, argv);
  if (isinglass::memory_may_be_refused()) {  // threads of OpenBLAS that find none try for ever, and exit() would wait for them
    std::cout.flush();
    std::fflush(nullptr);
    _exit(code);
  }
  return code;
}
