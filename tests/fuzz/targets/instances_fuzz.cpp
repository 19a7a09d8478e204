#include "base/error.hpp"
#include "formats/instance.hpp"
#include "namespaces.hpp"

#include <cmath>
#include <cstdlib>
#include <string>

using namespace isinglass;
using namespace isinglass::testing;

namespace {

/// What a reader takes must be a problem: every energy is finite.
void use(const Instance& instance) {
  if (instance.program) {
    const Bits ones(static_cast<std::size_t>(instance.program->variables), 1);
    if (!std::isfinite(objective_of(*instance.program, ones))) std::abort();
    static_cast<void>(largest_violation(*instance.program, ones));
    return;
  }
  check(instance.problem);
  if (!std::isfinite(ising::energy(instance.problem, Spins(instance.problem.spins, 1)))) std::abort();
}

}  // namespace

/// The first byte chooses the format, the rest is the file.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::vector<std::string> formats = text_formats();
  formats.emplace_back();  // recognised
  InstanceOptions options;
  options.format = formats[data[0] % formats.size()];
  InstanceText text{"fuzz", std::string(reinterpret_cast<const char*>(data) + 1, size - 1)};
  text.memory = std::int64_t{1} << 28;  // below what libFuzzer allows
  try {
    use(read_text_instance(text, options));
  } catch (const InputError&) {
  }
  return 0;
}
