#include "commands.hpp"
#include "json_text.hpp"

#include "config/reader.hpp"
#include "network/forward.hpp"
#include "parallel/agreement.hpp"
#include "run/fingerprints.hpp"
#include "run/results_file.hpp"
#include "run/training_setup.hpp"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <numeric>
#include <span>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace isinglass {

namespace {

struct EvaluateOptions {
  std::string path, split = "test";
  bool json = false;
};

const data::Samples& split_of(const data::DataSplits& data, const std::string& name) {
  if (name == "train") return data.train;
  return name == "validation" ? data.validation : data.test;
}

/// The accuracy of a model on other inputs than those it was trained for would be a wrong number, not an error.
void check_same_data(const run::Model& model, const data::DataSplits& data, const EvaluateOptions& options) {
  if (!run::has_data(model, data)) {
    throw InputError(fmt::format("{}: the data set has changed since this model was trained", options.path));
  }
  if (split_of(data, options.split).global_size == 0) {
    throw InputError(fmt::format("{}: the run has no {} samples; choose another --split", options.path, options.split));
  }
}

/// A table of how often each class was taken for which: rows are true classes.
std::string confusion_table(const std::vector<std::string>& class_names, std::span<const std::int64_t> confusion) {
  const std::size_t classes = class_names.size();
  std::size_t width = 10;
  for (const std::string& name : class_names) width = std::max(width, name.size());

  // Ten names side by side do not fit a terminal: the columns are numbered like the rows.
  std::string text = fmt::format("{:<{}}", "true \\ predicted", width + 6);
  for (std::size_t k = 0; k < classes; ++k) text += fmt::format(" {:>6}", k);
  text += "   accuracy\n";
  for (std::size_t k = 0; k < classes; ++k) {
    const auto row = confusion.subspan(k * classes, classes);
    const std::int64_t total = std::accumulate(row.begin(), row.end(), std::int64_t{0});
    text += fmt::format("{:>3}  {:<{}} ", k, class_names[k], width);
    for (const std::int64_t count : row) text += fmt::format(" {:>6}", count);
    text += total > 0 ? fmt::format(" {:>8.2f} %\n", 100.0 * static_cast<double>(row[k]) / static_cast<double>(total))
                      : "          -\n";
  }
  return text;
}

nlohmann::ordered_json to_json(const EvaluateOptions& options, const run::Model& model,
                               const network::Evaluation& evaluation) {
  const std::size_t classes = model.class_names.size();
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (std::size_t k = 0; k < classes; ++k) {
    const auto begin = evaluation.confusion.begin() + static_cast<std::ptrdiff_t>(k * classes);
    rows.push_back(std::vector<std::int64_t>(begin, begin + static_cast<std::ptrdiff_t>(classes)));
  }
  return {{options.split + "_accuracy", evaluation.accuracy()},
          {"split", options.split},
          {"samples", evaluation.total},
          {"correct", evaluation.correct},
          {"classes", model.class_names},
          {"confusion", rows},
          {"parameters", network::parameter_count(model.architecture)},
          {"bits_per_parameter", network::bits_per_parameter(model.architecture)},
          {"model", options.path}};
}

ExitCode run_evaluate(const EvaluateOptions& options, const parallel::Communicator& world) {
  run::Model model;
  config::Config config;
  parallel::together(world, [&] {
    const std::filesystem::path file = run::model_file(options.path);
    model = run::read_model(file);
    config = config::parse_config(model.config_yaml, file.string(), {}, config::ConfigUse::stored);
  });
  parallel::expect_same(world, fingerprint_of(model), options.path);
  const data::DataSplits data = run::load_data_of(config, world, world);
  parallel::together(world, [&] { check_same_data(model, data, options); });
  const network::Evaluation evaluation =
      network::evaluate(model.architecture, model.bits, split_of(data, options.split), world);
  if (!world.is_root()) return ExitCode::done;

  std::cout << fmt::format("{} accuracy {:.2f} % ({} of {} samples)\n\n", options.split, 100 * evaluation.accuracy(),
                           evaluation.correct, evaluation.total)
            << confusion_table(model.class_names, evaluation.confusion);
  if (options.json) std::cout << json_text(to_json(options, model, evaluation)) << '\n';
  return ExitCode::done;
}

}  // namespace

void add_evaluate(CommandLine& line) {
  const Command command = line.add("evaluate", "accuracy and confusion matrix of a trained network");
  auto options = std::make_shared<EvaluateOptions>();
  command.text("RUN", options->path, "run folder, or a model file such as RUN/results.h5")
      .type("FOLDER|FILE")
      .required();
  command.text("--split", options->split, "samples to classify: test, train or validation (default: test)")
      .one_of({"test", "train", "validation"});
  command.json_flag(options->json);
  command.run([options](const parallel::Communicator& world) { return run_evaluate(*options, world); });
}

}  // namespace isinglass
