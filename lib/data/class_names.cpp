#include "data/class_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "base/error.hpp"
#include "config/suggest.hpp"

namespace isinglass {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

std::string listing(std::span<const DataClass> known) {
  std::string text;
  for (const DataClass& c : known) {
    text += text.empty() ? "" : ", ";
    text += c.name == std::to_string(c.label) ? c.name : fmt::format("{} {}", c.label, c.name);
  }
  return text;
}

std::vector<std::string> names_of(std::span<const DataClass> known) {
  std::vector<std::string> names;
  for (const DataClass& c : known) names.push_back(c.name);
  return names;
}

const DataClass& find_class(const std::string& text, std::span<const DataClass> known) {
  const std::string wanted = lower(text);
  const auto same = [&](const DataClass& c) { return wanted == std::to_string(c.label) || wanted == lower(c.name); };
  if (const auto found = std::ranges::find_if(known, same); found != known.end()) return *found;

  const auto begins = [&](const DataClass& c) { return !wanted.empty() && lower(c.name).starts_with(wanted); };
  const auto first = std::ranges::find_if(known, begins);
  const auto matches = std::ranges::count_if(known, begins);
  // A beginning of a number is a different number, not an abbreviation.
  const bool is_number = !wanted.empty() && std::ranges::all_of(wanted, [](unsigned char c) { return std::isdigit(c) != 0; });
  if (matches == 1 && !is_number) return *first;
  if (matches > 1 && !is_number) {
    throw InputError(
        fmt::format("data.classes: \"{}\" begins the names of several classes (there are: {})", text, listing(known)));
  }
  throw InputError(fmt::format("data.classes: unknown class \"{}\"{} (there are: {})", text, suggestion(text, names_of(known)),
                               listing(known)));
}

}  // namespace

std::vector<DataClass> fashion_mnist_classes() {
  constexpr std::array names = {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
                                "Sandal",      "Shirt",   "Sneaker",  "Bag",   "Ankle boot"};
  std::vector<DataClass> classes;
  for (const char* name : names) classes.push_back({static_cast<int>(classes.size()), name});
  return classes;
}

std::vector<DataClass> choose_classes(std::span<const std::string> requested, std::span<const DataClass> known) {
  std::vector<DataClass> chosen;
  for (const std::string& text : requested) {
    const DataClass& found = find_class(text, known);
    if (std::ranges::find(chosen, found) != chosen.end()) {
      throw InputError(fmt::format("data.classes: \"{}\" ({}) is named twice; name each class once", text, found.name));
    }
    chosen.push_back(found);
  }
  if (requested.empty()) chosen.assign(known.begin(), known.end());
  if (chosen.size() < 2) {
    throw InputError(fmt::format("data.classes: a classifier needs at least two classes (there are: {})", listing(known)));
  }
  return chosen;
}

}  // namespace isinglass
