#include "solve_run.hpp"

#include "agreement.hpp"

namespace isinglass {

ExitCode run_solve_program(const SolveOptions& options, const Instance&, const Communicator& world) {
  static_cast<void>(world);
  throw AgreedError(options.path + ": has constraints", ExitCode::bad_input);
}

}  // namespace isinglass
