#include "parallel/waiting.hpp"

#include <chrono>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>

namespace isinglass::parallel {
namespace {

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

bool find_sharing() {
  const std::string_view yields = environment("OMPI_MCA_mpi_yield_when_idle");
  if (!yields.empty()) return yields == "1" || yields == "true";
  const long ranks = std::strtol(std::string(environment("OMPI_COMM_WORLD_LOCAL_SIZE")).c_str(), nullptr, 10);
  return ranks > static_cast<long>(std::thread::hardware_concurrency());
}

}  // namespace

bool ranks_share_cores() {
  static const bool share = find_sharing();
  return share;
}

void wait_asleep(MPI_Request& request, const char* call) {
  using namespace std::chrono_literals;
  constexpr int quick_looks = 20;  // what is nearly there is not worth a sleep
  for (int looks = 0;; ++looks) {
    int is_done = 0;
    check_mpi(MPI_Test(&request, &is_done, MPI_STATUS_IGNORE), call);
    if (is_done) return;
    if (looks < quick_looks)
      std::this_thread::yield();
    else
      std::this_thread::sleep_for(50us);
  }
}

}  // namespace isinglass::parallel
