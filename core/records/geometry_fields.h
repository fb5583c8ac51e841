// Boxes, landmarks and poses as fields of a record's JSON (json_fields.h: what they throw).
#ifndef FACET_CORE_RECORDS_GEOMETRY_FIELDS_H_
#define FACET_CORE_RECORDS_GEOMETRY_FIELDS_H_

#include "core/api/geometry.h"
#include "core/base/json.h"
#include "core/base/status.h"

namespace facet {

Json OfBox(const Box& box);
Box BoxFrom(const Json& json);

// "landmarks" and "pose"; left out where there are none.
void PutLandmarks(Json& object, const Landmarks& landmarks);
void TakeLandmarks(const Json& object, Landmarks& landmarks);
void PutPose(Json& object, Pose pose);
void TakePose(const Json& object, Pose& pose);

// Internal: not finite, without area, not as many points as the scheme has.
absl::Status CheckBox(const Box& box);
absl::Status CheckLandmarks(const Landmarks& landmarks);

}  // namespace facet

#endif  // FACET_CORE_RECORDS_GEOMETRY_FIELDS_H_
