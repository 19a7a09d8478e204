#pragma once

#include <string>

namespace isinglass {

/// Returns the value of an environment variable; empty if there is none.
[[nodiscard]] std::string environment(const char* name);

/// Returns the name of this host, "unknown host" if the system does not tell.
[[nodiscard]] std::string host_name();

/// Which process this is, for another one that may run on another host, or much later.
struct ProcessIdentity {
  std::string host;
  std::string process;     ///< its id
  std::string start;       ///< when it started, in clock ticks after boot: tells it from a later process of the same id
  std::string boot;        ///< changes when the host starts anew
  std::string name_space;  ///< of process ids: a container has its own
  std::string job;         ///< of Slurm; empty outside
  std::string part;        ///< how often Slurm had started the job before; empty outside
};

[[nodiscard]] ProcessIdentity this_process();

/// Whether a process still runs: unknown for one that cannot be seen from here.
enum class Liveness { running, gone, unknown };

/// Tells whether `other` still runs, as far as `self`, the process that asks, can see.
[[nodiscard]] Liveness liveness(const ProcessIdentity& other, const ProcessIdentity& self);

}  // namespace isinglass
