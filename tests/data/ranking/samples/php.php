<html>
<?php
namespace App\Blog;

use App\Http\Request;
use App\Models\{Post, User as Author};
require_once 'helpers.php';

const PER_PAGE = 10;

/**
 * Shows posts.
 */
#[Route("/blog")]
abstract class BlogController extends Controller implements Countable
{
    use Logs;

    public const LIMIT = 5;

    /** Lists them. */
    public function index(Request $request): Response
    {
        $posts = Post::latest()->limit(self::LIMIT);
        return $this->render('blog', new View($posts));
    }

    abstract protected function count(): int;
}

interface Renders { function render(string $name); }

trait Logs { function log($text) { error_log($text); } }

function slug(string $title): string
{
    return \strtolower(trim($title));
}

$format = function ($post) {
    $text = strip_tags($post);
    return slug($text);
};
?>
</html>
