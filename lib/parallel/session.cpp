#include "parallel/session.hpp"

#include "base/process.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <mpi.h>

namespace isinglass {

namespace {

bool launched_by_mpi() {
  for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK"}) {
    if (std::getenv(name)) return true;
  }
  return false;
}

}  // namespace

MpiSession::MpiSession(int& argc, char**& argv) : is_parallel_(launched_by_mpi()) {
  if (!is_parallel_) return;
  MPI_Init(&argc, &argv);
}

MpiSession::~MpiSession() {
  if (is_parallel_) MPI_Finalize();
}

Communicator MpiSession::world() const {
  if (is_parallel_) return Communicator(MPI_COMM_WORLD);
  const char* tasks = std::getenv("SLURM_STEP_NUM_TASKS");
  if (tasks && std::string(tasks) != "1") {
    // Each task would train the whole problem, and all would write the same run folder.
    throw InputError("srun started " + std::string(tasks) + " tasks without MPI: use srun --mpi=pmix, or one task");
  }
  return {};
}

void MpiSession::abort(ExitCode code) const {
  if (is_parallel_) MPI_Abort(MPI_COMM_WORLD, static_cast<int>(code));
  std::exit(static_cast<int>(code));
}

std::string host_summary(const Communicator& world) {
  std::vector<std::pair<std::string, int>> hosts;
  for (int rank = 0; rank < world.size(); ++rank) {
    const std::string name = world.broadcast(host_name(), rank);
    const auto known = std::find_if(hosts.begin(), hosts.end(), [&](const auto& host) { return host.first == name; });
    if (known == hosts.end()) {
      hosts.emplace_back(name, 1);
    } else {
      ++known->second;
    }
  }
  std::string summary;
  for (const auto& [name, ranks] : hosts) {
    summary += fmt::format("{}{} ({} rank{})", summary.empty() ? "" : ", ", name, ranks, ranks == 1 ? "" : "s");
  }
  return summary;
}

/// "Open MPI v4.1.4, package: ..." up to the first comma; MPI allows this call before MPI_Init.
std::string mpi_version() {
  std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> text{};
  int length = 0;
  MPI_Get_library_version(text.data(), &length);
  const std::string version(text.data());
  return version.substr(0, version.find_first_of(",\n"));
}

}  // namespace isinglass
