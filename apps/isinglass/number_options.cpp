#include "number_options.hpp"

#include "config/scalars.hpp"

namespace isinglass {

template <class T>
T number_of(const std::string& name, const std::string& text, const Rule& rule) {
  YamlTree tree;
  tree.kind = YamlTree::Kind::scalar;
  tree.text = text;
  T value{};
  if (const std::string complaint = read_value(tree, rule, value); !complaint.empty())
    throw CLI::ValidationError(name, complaint);
  return value;
}

template int number_of(const std::string&, const std::string&, const Rule&);
template std::int64_t number_of(const std::string&, const std::string&, const Rule&);
template std::uint64_t number_of(const std::string&, const std::string&, const Rule&);
template double number_of(const std::string&, const std::string&, const Rule&);

}  // namespace isinglass
