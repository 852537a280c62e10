#include "hookwire/schemas/event.h"

namespace hookwire {

bool EventContext::empty() const noexcept {
  return request_id.empty() && global_request_id.empty() && user_id.empty() && project_id.empty() &&
         roles.empty() && remote_address.empty() && traceparent.empty();
}

}  // namespace hookwire
