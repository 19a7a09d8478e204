#include "formats/instance_text.hpp"

#include "base/error.hpp"
#include "base/input_file.hpp"

#include <array>
#include <limits>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace isinglass {

namespace {

using namespace std::string_view_literals;

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// What is no text, by its first bytes, and the way out.
struct Other {
  std::string_view begin, advice;
};
constexpr std::array others{
    Other{"\xFF\xFE"sv, "text in UTF-16: save it as UTF-8"},
    Other{"\xFE\xFF"sv, "text in UTF-16: save it as UTF-8"},
    Other{"\x1F\x8B"sv, "compressed by gzip: unpack it first"},
    Other{"BZh"sv, "compressed by bzip2: unpack it first"},
    Other{"\xFD"
          "7zXZ"sv,
          "compressed by xz: unpack it first"},
    Other{"\x28\xB5\x2F\xFD"sv, "compressed by zstd: unpack it first"},
    Other{"PK\x03\x04"sv, "a zip archive: unpack it first"},
};

void expect_text(const std::string& name, std::string_view text) {
  for (const Other& other : others)
    if (text.starts_with(other.begin)) throw InputError(fmt::format("{}:1: {}", name, other.advice));
  if (text.find('\0') != std::string_view::npos)
    throw InputError(fmt::format("{}:1: the file is binary: expected text, or HDF5 of isinglass", name));
}

}  // namespace

InstanceText read_instance_text(const std::filesystem::path& path, std::function<void()> look) {
  InstanceText read{path.string(), read_input_file(path, "an instance file", std::numeric_limits<std::int64_t>::max(), look),
                    std::move(look), std::nullopt};
  if (read.text.starts_with(byte_order_mark)) read.text.erase(0, byte_order_mark.size());
  expect_text(read.name, read.text);
  return read;
}

}  // namespace isinglass
