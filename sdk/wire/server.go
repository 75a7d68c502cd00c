package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"

	pb "github.com/secretzero/sz/sdk/internal/wirepb"
)

// maxWriters bounds the writes that one stream works on at once. The host's own
// limits come first; this one keeps a careless host from flooding a plugin.
const maxWriters = 64

// server translates calls for a [Handler]. It refuses changes before Begin, in
// the plugin as well as in the host.
type server struct {
	pb.UnimplementedPluginServer
	pb.UnimplementedGeneratorsServer
	pb.UnimplementedTargetsServer

	handler Handler
	begun   atomic.Bool
	calls   gate
}

func (s *server) register(with *grpc.Server) {
	pb.RegisterPluginServer(with, s)
	pb.RegisterGeneratorsServer(with, generatorsServer{s})
	pb.RegisterTargetsServer(with, targetsServer{s})
}

func (s *server) mayChange(call string) error {
	if !s.begun.Load() {
		return status.Errorf(codes.FailedPrecondition, "%s refused: no approved plan has begun", call)
	}
	return nil
}

func (s *server) Describe(context.Context, *pb.DescribeRequest) (*pb.DescribeResponse, error) {
	return descriptionToPB(s.handler.Describe()), nil
}

func (s *server) Open(ctx context.Context, request *pb.OpenRequest) (*pb.OpenResponse, error) {
	claims, diagnostics := s.handler.Open(ctx, openFromPB(request))
	out := &pb.OpenResponse{Diagnostics: diagnosticsToPB(diagnostics)}
	for _, c := range claims {
		out.Identity = append(out.Identity, &pb.IdentityClaim{Name: c.Name, Value: c.Value})
	}
	return out, nil
}

func (s *server) Begin(_ context.Context, request *pb.BeginRequest) (*pb.BeginResponse, error) {
	if request.GetPlanId() == "" {
		return nil, status.Error(codes.InvalidArgument, "no plan id")
	}
	s.begun.Store(true)
	return &pb.BeginResponse{}, nil
}

func (s *server) Drain(ctx context.Context, request *pb.DrainRequest) (*pb.DrainResponse, error) {
	s.begun.Store(false)
	grace := request.GetGrace().AsDuration()
	if !s.calls.close(ctx, grace) {
		return nil, status.Errorf(codes.DeadlineExceeded, "calls are still under way after %s", grace)
	}
	s.handler.Drain(ctx, grace)
	return &pb.DrainResponse{}, nil
}

// generatorsServer and targetsServer exist because two services have a Check.
type generatorsServer struct{ *server }

func (s generatorsServer) Check(ctx context.Context, request *pb.GeneratorsCheckRequest) (*pb.GeneratorsCheckResponse, error) {
	out := &pb.GeneratorsCheckResponse{}
	for _, item := range request.GetItems() {
		check := s.handler.CheckGenerator(ctx, generatorItemFromPB(item))
		out.Results = append(out.Results, &pb.GeneratorCheck{Diagnostics: diagnosticsToPB(check.Diagnostics), EntropyBits: check.EntropyBits})
	}
	return out, nil
}

func (s generatorsServer) Generate(ctx context.Context, request *pb.GeneratorsGenerateRequest) (*pb.GeneratorsGenerateResponse, error) {
	if err := s.mayChange("Generators.Generate"); err != nil {
		return nil, err
	}
	if len(request.GetItems()) > MaxBatch {
		return nil, status.Errorf(codes.InvalidArgument, "a batch of %d values; the most is %d", len(request.GetItems()), MaxBatch)
	}
	out := &pb.GeneratorsGenerateResponse{}
	for _, item := range request.GetItems() {
		made := s.handler.Generate(ctx, generatorItemFromPB(item))
		answer := &pb.GeneratedValue{Diagnostics: diagnosticsToPB(made.Diagnostics)}
		if !Failed(made.Diagnostics) {
			answer.Payload = payloadToPB(made.Payload)
		}
		out.Results = append(out.Results, answer)
	}
	return out, nil
}

func generatorItemFromPB(item *pb.GeneratorItem) GeneratorItem {
	out := GeneratorItem{Kind: item.GetKind(), Config: joinSensitive(valueFromPB(item.GetConfig()), item.GetSecrets())}
	for _, f := range item.GetFiles() {
		out.Files = append(out.Files, ProjectFile{f.GetPath(), f.GetData()})
	}
	return out
}

type targetsServer struct{ *server }

func (s targetsServer) Check(ctx context.Context, request *pb.TargetsCheckRequest) (*pb.TargetsCheckResponse, error) {
	out := &pb.TargetsCheckResponse{}
	for _, item := range request.GetItems() {
		out.Results = append(out.Results, checkResultToPB(s.handler.CheckTarget(ctx, checkItemFromPB(item))))
	}
	return out, nil
}

func (s targetsServer) Inspect(request *pb.TargetsInspectRequest, stream grpc.ServerStreamingServer[pb.TargetsInspectResponse]) error {
	items := make([]InspectItem, len(request.GetItems()))
	for i, item := range request.GetItems() {
		items[i] = inspectItemFromPB(item)
	}
	var sending sync.Mutex
	var failed error
	answer := func(index int, state State) {
		sending.Lock()
		defer sending.Unlock()
		if failed == nil {
			failed = stream.Send(&pb.TargetsInspectResponse{Index: uint32(index), State: stateToPB(state)})
		}
	}
	ctx := stream.Context()
	if request.GetWaiting() {
		ctx = WithWaiting(ctx, func(w Waiting) {
			sending.Lock()
			defer sending.Unlock()
			if failed == nil {
				failed = stream.Send(&pb.TargetsInspectResponse{Waiting: &pb.Waiting{Scope: w.Scope, Pause: durationpb.New(w.Pause)}})
			}
		})
	}
	if diagnostics := s.handler.Inspect(ctx, items, request.GetChallengeKey(), answer); Failed(diagnostics) {
		for i := range items {
			answer(i, State{Presence: Unknown, Diagnostics: diagnostics})
		}
	}
	return failed
}

func (s targetsServer) Read(ctx context.Context, request *pb.TargetsReadRequest) (*pb.TargetsReadResponse, error) {
	if err := s.mayChange("Targets.Read"); err != nil {
		return nil, err
	}
	if request.GetReason() == pb.ReadReason_READ_REASON_UNSPECIFIED {
		return nil, status.Error(codes.InvalidArgument, "Targets.Read refused: no reason given")
	}
	result, diagnostics := s.handler.Read(ctx, ReadItem{targetFromPB(request.GetTarget()), receiptFromPB(request.GetReceipt()), ReadReason(request.GetReason())})
	out := &pb.TargetsReadResponse{Mark: markToPB(result.Mark), Receipt: receiptToPB(result.Receipt), Diagnostics: diagnosticsToPB(diagnostics)}
	if !Failed(diagnostics) {
		out.Payload = payloadToPB(result.Payload)
	}
	return out, nil
}

// Write works on the items of a stream side by side and ends when all are done.
func (s targetsServer) Write(stream grpc.BidiStreamingServer[pb.TargetsWriteRequest, pb.TargetsWriteResponse]) error {
	if err := s.mayChange("Targets.Write"); err != nil {
		return err
	}
	var workers sync.WaitGroup
	defer workers.Wait()
	permits := make(chan struct{}, maxWriters)
	var sending sync.Mutex
	send := func(answer *pb.TargetsWriteResponse) {
		sending.Lock()
		defer sending.Unlock()
		// A failed send means that the stream is over, which Recv reports.
		_ = stream.Send(answer)
	}
	for {
		request, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		permits <- struct{}{}
		workers.Go(func() {
			defer func() { <-permits }()
			send(writeResultToPB(request.GetItem(), s.writeOne(stream.Context(), request, send)))
		})
	}
}

// writeOne recovers by itself: it runs outside the goroutine that the server's
// interceptor guards.
func (s targetsServer) writeOne(ctx context.Context, request *pb.TargetsWriteRequest, send func(*pb.TargetsWriteResponse)) (result WriteResult) {
	if err := s.calls.enter("Targets.Write"); err != nil {
		return WriteResult{Outcome: NotApplied, Diagnostics: []Diagnostic{{Class: Internal, Code: "draining", Summary: status.Convert(err).Message()}}}
	}
	defer s.calls.leave()
	defer func() {
		if cause := recover(); cause != nil {
			result = WriteResult{Outcome: OutcomeUnknown, Diagnostics: []Diagnostic{panicDiagnostic("Targets.Write")}}
		}
	}()
	ctx = WithProgress(ctx, func(p Progress) { send(progressToPB(request.GetItem(), p)) })
	return s.handler.Write(ctx, writeItemFromPB(request))
}

func (s targetsServer) Update(ctx context.Context, request *pb.TargetsUpdateRequest) (*pb.TargetsUpdateResponse, error) {
	if err := s.mayChange("Targets.Update"); err != nil {
		return nil, err
	}
	r := s.handler.Update(ctx, UpdateItem{targetFromPB(request.GetTarget()), markFromPB(request.GetMark()), receiptFromPB(request.GetExpect()), request.GetRecover()})
	return &pb.TargetsUpdateResponse{Outcome: pb.WriteOutcome(r.Outcome), Receipt: receiptToPB(r.Receipt), Diagnostics: diagnosticsToPB(r.Diagnostics)}, nil
}

func (s targetsServer) Retire(ctx context.Context, request *pb.TargetsRetireRequest) (*pb.TargetsRetireResponse, error) {
	if err := s.mayChange("Targets.Retire"); err != nil {
		return nil, err
	}
	if _, known := pb.RetireMode_name[int32(request.GetMode())]; !known || request.GetMode() == pb.RetireMode_RETIRE_MODE_UNSPECIFIED {
		return nil, status.Error(codes.InvalidArgument, "Targets.Retire refused: no mode given, or one that this plugin does not know")
	}
	r := s.handler.Retire(ctx, RetireItem{
		Target: targetFromPB(request.GetTarget()), Revision: request.GetRevision(), Mode: RetireMode(request.GetMode()),
		Mark: markFromPB(request.GetMark()), Grace: request.GetGrace().AsDuration(),
	})
	return &pb.TargetsRetireResponse{Outcome: pb.WriteOutcome(r.Outcome), Diagnostics: diagnosticsToPB(r.Diagnostics)}, nil
}

func (s targetsServer) Versions(ctx context.Context, request *pb.TargetsVersionsRequest) (*pb.TargetsVersionsResponse, error) {
	versions, diagnostics := s.handler.Versions(ctx, targetFromPB(request.GetTarget()))
	out := &pb.TargetsVersionsResponse{Diagnostics: diagnosticsToPB(diagnostics)}
	for _, v := range versions {
		out.Versions = append(out.Versions, versionToPB(v))
	}
	return out, nil
}

// Diagnose streams what is found.
func (s targetsServer) Diagnose(request *pb.TargetsDiagnoseRequest, stream grpc.ServerStreamingServer[pb.TargetsDiagnoseResponse]) error {
	if request.GetProbeWrite() {
		if err := s.mayChange("Targets.Diagnose with probe_write"); err != nil {
			return err
		}
	}
	var sending sync.Mutex
	var failed error
	found := s.handler.Diagnose(stream.Context(), diagnoseItemsFromPB(request.GetItems()), request.GetProbeWrite(), func(f Finding) {
		sending.Lock()
		defer sending.Unlock()
		if failed == nil {
			failed = stream.Send(findingToPB(f))
		}
	})
	if failed == nil && Failed(found) {
		return status.Error(codes.Unknown, found[0].Summary)
	}
	return failed
}

func panicDiagnostic(call string) Diagnostic {
	return Diagnostic{
		Class: Internal, Code: "plugin-panic", Summary: fmt.Sprintf("plugin panicked in %s", call),
		Detail: "the plugin recovered and goes on", Hint: "report it to the plugin's author",
	}
}
