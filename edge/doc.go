// Package edge takes one viewer request from match to response: it is what
// CloudFront's edge location does, and the table of contents of the program.
//
// # One request, in order
//
//  1. check the request itself                                [policy.JudgeRequest]
//  2. choose the distribution by Host                         [Location]
//  3. match the behavior by path                              [distribution.Distribution.Match]
//  4. check access: protocol, method, root object             [Location.admit]
//     country, signed URL or cookies                          [Edge.access]
//  5. viewer-request function                                 [Edge.AfterViewerRequest]
//  6. look in the cache (errors only)                         [Edge.recall]
//  7. origin-request function, once the plan is made          [Edge.originRequest]
//  8. plan, without any I/O; sign for the origin              [Edge.PlanRequest], [Edge.signOrigin]
//  9. connect and fetch, for each group member                [originconn.Client.Do]
//  10. origin-response function                               [Edge.originResponse]
//  11. custom error page; cache (errors only)                 [Edge.conclude]
//  12. compression, response headers policy                   [Edge.respond], [Edge.refuse]
//  13. respond, and record what each step saw and changed     [exchange]
//
// Each step takes values and returns values, and no step calls back into an earlier
// one. The results of steps 1 to 4, [Route], and of step 8, [Plan], are values of
// their own, so that they can be shown as well as executed.
//
// # What to read first
//
// [Edge.Serve], which runs the steps in this order. The package knows nothing about
// goproxy or HTTP servers: package proxy turns requests on the wire into
// [ViewerRequest].
package edge
