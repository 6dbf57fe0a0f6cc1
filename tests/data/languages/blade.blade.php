@extends('layouts.app')

@section('title', 'Basket')

@section('content')
  <h1>{{ __('basket.title') }}</h1>
  @foreach ($basket->lines as $line)
    @include('basket.line', ['line' => format_line($line)])
  @endforeach
  <script>
    function openBasket() {
      go("{{ route('basket') }}");
    }
  </script>
@endsection
