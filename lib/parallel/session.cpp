#include "parallel/session.hpp"

#include "base/process.hpp"
#include "base/version.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <mpi.h>

namespace isinglass::parallel {

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

std::vector<std::pair<std::string, std::string>> job_facts(const Communicator& world, const char* when) {
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::vector<std::pair<std::string, std::string>> facts{
      {"version", version_line()},
      {"build", build_line()},
      {when, fmt::format("{:%Y-%m-%d %H:%M:%S} UTC", fmt::gmtime(now))},
      {"hosts", host_summary(world)},
      {"ranks", fmt::format("{}", world.size())}};
  if (const std::string job = environment("SLURM_JOB_ID"); !job.empty()) facts.emplace_back("job", job);
  return facts;
}

/// "Open MPI v4.1.4, package: ..." up to the first comma; MPI allows this call before MPI_Init.
std::string mpi_version() {
  std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> text{};
  int length = 0;
  MPI_Get_library_version(text.data(), &length);
  const std::string version(text.data());
  return version.substr(0, version.find_first_of(",\n"));
}

}  // namespace isinglass::parallel
