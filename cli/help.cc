#include "help.h"

#include <memory>

#include <CLI/CLI.hpp>

namespace hookwire {

namespace {

// The footer holds the text that help starts with.
class ExamplesFirst final : public CLI::Formatter {
 public:
  std::string make_description(const CLI::App* app) const override {
    return app->get_footer().empty() ? CLI::Formatter::make_description(app)
                                     : app->get_footer() + "\n\n";
  }
  std::string make_footer(const CLI::App* /*app*/) const override { return ""; }
};

}  // namespace

void set_help(CLI::App& command, const std::string& text) {
  auto formatter = std::make_shared<ExamplesFirst>();
  formatter->column_width(26);
  command.formatter(formatter);
  command.footer(text);
}

}  // namespace hookwire
