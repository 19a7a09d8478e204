#include "commands.hpp"

#include "base/memory.hpp"
#include "base/process.hpp"
#include "base/stop_signal.hpp"
#include "base/version.hpp"
#include "files/h5.hpp"
#include "parallel/agreement.hpp"
#include "parallel/session.hpp"

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

void add_commands(CommandLine& line) {
  add_train(line);
  add_evaluate(line);
  add_check(line);
  add_compile(line);
  add_export(line);
  add_bounds(line);
  add_defaults(line);
  add_inspect(line);
  add_solve(line);
  add_status(line);
  add_sweep(line);
}

/// Reports an error that only this rank may know of, and ends the job: no rank is left waiting.
[[noreturn]] void abort_job(const parallel::MpiSession& session, const parallel::Communicator& world,
                            const Failure& failure) {
  // If several ranks fail at once, the first to report ends the others before they repeat it.
  std::this_thread::sleep_for(std::chrono::milliseconds(50) * std::min(world.rank(), 40));
  std::cerr << fmt::format("{} (rank {} on {})", failure.text, world.rank(), host_name()) << std::endl;
  session.abort(failure.code);
}

ExitCode run(int argc, char** argv, const parallel::MpiSession& session, const parallel::Communicator& world) {
  try {
    parallel::expect_same_command(world, std::span<const char* const>(argv, static_cast<std::size_t>(argc)).subspan(1),
                                  fmt::format("{}, {}", version_line(), build_line()));
    CommandLine line;
    add_commands(line);
    if (const std::optional<ExitCode> code = line.parse(argc, argv, world.is_root())) return *code;
    return line.action()(world);
  } catch (const parallel::AgreedError& error) {
    if (world.is_root()) std::cerr << error.what() << std::endl;
    return error.code();
  } catch (...) {
    const Failure failure = current_failure();
    if (world.size() > 1) abort_job(session, world, failure);
    std::cerr << failure.text << std::endl;
    return failure.code;
  }
}

/// A standard stream that was closed before the start is opened on nothing: otherwise the first file that is opened
/// would take its number, and what is printed would go into it. Standard output is opened for reading, so that writing
/// to it fails: who closed it does not get the result.
void keep_standard_streams() {
  for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; ++stream)
    if (::fcntl(stream, F_GETFD) < 0)
      static_cast<void>(::open("/dev/null", stream == STDOUT_FILENO ? O_RDONLY : O_RDWR));
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
  h5::set_up_library();  // before MPI, see there
  const parallel::MpiSession session(argc, argv);
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
  if (isinglass::memory_may_be_refused()) {  // threads of OpenBLAS that find none try for ever, and exit() would wait
                                             // for them
    std::cout.flush();
    std::fflush(nullptr);
    _exit(code);
  }
  return code;
}
