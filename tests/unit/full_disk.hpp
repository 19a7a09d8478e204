#pragma once

#include "namespaces.hpp"
#include <signal.h>
#include <sys/resource.h>

namespace isinglass::testing {

/// Within its scope no file of this process can grow past `bytes`: writes fail as on a full disk (EFBIG for ENOSPC).
class FullDisk {
public:
  explicit FullDisk(rlim_t bytes) : handler_(signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;
  ~FullDisk() {
    setrlimit(RLIMIT_FSIZE, &before_);
    signal(SIGXFSZ, handler_);
  }

private:
  void (*handler_)(int);
  rlimit before_{};
};

}  // namespace isinglass::testing
