// Package edge takes one viewer request from match to response: it is what
// CloudFront's edge location does, and the table of contents of the program.
//
// # One request, in order
//
//  1. judge the request itself                                [policy.JudgeRequest]
//  2. choose the distribution by Host                         [Location]
//  3. match the behavior by path                              [distribution.Distribution.Match]
//  4. may the viewer come in: protocol, method, root object   [Location.admit]
//     country, signed URL or cookies                          [Edge.access]
//  5. viewer-request function                                 [Edge.AfterViewerRequest]
//  6. look in the cache (errors alone)                        [Edge.recall]
//  7. origin-request function, once the plan is made          [Edge.originRequest]
//  8. plan, without any I/O; signed for the origin            [Edge.PlanRequest], [Edge.signOrigin]
//  9. the road, for each member of a group                    [originconn.Client.Do]
//  10. origin-response function                               [Edge.originResponse]
//  11. a custom error page; keep (errors alone)               [Edge.conclude]
//  12. compression, response headers policy                   [Edge.respond], [Edge.refuse]
//  13. respond, and record what each step saw and changed     [exchange]
//
// Each step takes values and returns values, and none reaches back. Steps 1 to 4
// are one value, [Route], and step 8 another, [Plan], so that they can be shown as
// well as carried out.
//
// # What to read first
//
// [Edge.Serve], which has the steps in this order. The package knows nothing of
// goproxy or of HTTP servers: package proxy turns wire requests into
// [ViewerRequest].
package edge
